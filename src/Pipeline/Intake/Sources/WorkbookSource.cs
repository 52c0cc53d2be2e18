using System.Globalization;
using System.Text;
using ExcelDataReader;

namespace Pipeline.Intake;

/// <summary>
/// A workbook: its first sheet that has a header and a row. Dates come as ISO 8601 without a zone, whatever their format in the sheet. Rows without a value are passed over.
/// Memory: the workbook's table of texts, and a row.
/// </summary>
internal sealed class WorkbookSource : ISourceReader
{
    private readonly Func<Stream> _open;
    private readonly int _sheet;

    private WorkbookSource(Func<Stream> open, int sheet, IReadOnlyList<string> header) => (_open, _sheet, Header) = (open, sheet, header);

    public IReadOnlyList<string> Header { get; }

    /// <summary>Finds the sheet and its header.</summary>
    /// <param name="open">Opens the file, which can be sought in, from its beginning.</param>
    /// <exception cref="IntakeException">No sheet has a header and a row, or the file is no workbook that can be read.</exception>
    public static WorkbookSource Open(Func<Stream> open)
    {
        using IExcelDataReader reader = Begin(open);
        int sheet = 0;
        do
        {
            using IEnumerator<string[]> rows = Rows(reader).Select(row => row.Fields).GetEnumerator();
            if (rows.MoveNext())
            {
                string[] header = [.. rows.Current.Select(CellText.ColumnName)];
                if (rows.MoveNext())
                {
                    return new WorkbookSource(open, sheet, header);
                }
            }

            sheet++;
        }
        while (reader.NextResult());

        throw new IntakeException("No sheet of the workbook has a header and a row below it.");
    }

    public IEnumerable<SourceRecord> Read()
    {
        using IExcelDataReader reader = Begin(_open);
        for (int sheet = 0; sheet < _sheet; sheet++)
        {
            reader.NextResult();
        }

        foreach ((int line, string[] fields) in Rows(reader).Skip(1))
        {
            yield return new SourceRecord(line, fields.Length == Header.Count ? fields : [.. fields.Take(Header.Count), .. Enumerable.Repeat("", Math.Max(0, Header.Count - fields.Length))], null);
        }
    }

    private static IExcelDataReader Begin(Func<Stream> open)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        try
        {
            return ExcelReaderFactory.CreateReader(open());
        }
        catch (Exception exception) when (SourceFault.IsOfFile(exception))
        {
            throw new IntakeException($"The workbook cannot be read: {exception.Message.TrimEnd('.')}. Take off its password, or save the sheet as CSV (UTF-8) and name that file.", exception);
        }
    }

    /// <summary>The rows of the sheet that hold a value, each with its number in the sheet.</summary>
    private static IEnumerable<(int Line, string[] Fields)> Rows(IExcelDataReader reader)
    {
        for (int line = 1; reader.Read(); line++)
        {
            string[] fields = new string[reader.FieldCount];
            for (int i = 0; i < fields.Length; i++)
            {
                fields[i] = Text(reader.GetValue(i));
            }

            if (Array.Exists(fields, field => field.Length > 0))
            {
                yield return (line, fields);
            }
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        DateTime date => date.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
