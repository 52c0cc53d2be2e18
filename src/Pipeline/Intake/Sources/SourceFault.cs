using System.Xml;
using ExcelDataReader.Exceptions;
using Parquet;

namespace Pipeline.Intake;

/// <summary>Tells failures of a file from failures of the program, whatever library reads the file.</summary>
internal static class SourceFault
{
    /// <summary>Whether a file that is damaged, cut off or locked by a password makes its library throw this.</summary>
    public static bool IsOfFile(Exception exception) =>
        exception is IOException or InvalidDataException or XmlException or ExcelReaderException or ParquetException;

    /// <summary>The failure as what the user is told.</summary>
    public static IntakeException Explain(Exception exception) =>
        new($"The file could not be read to its end: {exception.Message.TrimEnd('.')}. Check that it is whole and has no password, check the disk, and try again.", exception);
}
