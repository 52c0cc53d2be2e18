using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace Pipeline.Intake;

/// <summary>A Parquet file, by row group. Timestamps come as ISO 8601 in UTC. Columns of lists and structures are left out. Memory: a row group.</summary>
internal sealed class ParquetSource : ISourceReader
{
    private readonly Func<Stream> _open;
    private readonly DataField[] _fields;

    private ParquetSource(Func<Stream> open, DataField[] fields)
    {
        (_open, _fields) = (open, fields);
        Header = [.. fields.Select(field => field.Name)];
    }

    public IReadOnlyList<string> Header { get; }

    /// <summary>Reads the schema of a file.</summary>
    /// <param name="open">Opens the file, which can be sought in, from its beginning.</param>
    /// <exception cref="IntakeException">The file is no Parquet file that can be read.</exception>
    public static ParquetSource Open(Func<Stream> open)
    {
        try
        {
            using Stream stream = open();
            ParquetSchema schema = ParquetReader.ReadSchemaAsync(stream).GetAwaiter().GetResult();
            return new ParquetSource(open, [.. schema.Fields.OfType<DataField>().Where(field => !field.IsArray)]);
        }
        catch (Exception exception) when (SourceFault.IsOfFile(exception))
        {
            throw new IntakeException($"The Parquet file cannot be read: {exception.Message.TrimEnd('.')}. Write it again, whole.", exception);
        }
    }

    public IEnumerable<SourceRecord> Read()
    {
        using Stream stream = _open();
        ParquetReader reader = ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
        try
        {
            int line = 0;
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
                string[][] columns = [.. _fields.Select(field => ColumnAsync(rows, field).GetAwaiter().GetResult())];
                for (int row = 0; row < rows.RowCount; row++)
                {
                    yield return new SourceRecord(++line, [.. columns.Select(column => column[row])], null);
                }
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static async Task<string[]> ColumnAsync(ParquetRowGroupReader rows, DataField field) => field.ClrType switch
    {
        Type type when type == typeof(string) || type == typeof(ReadOnlyMemory<char>) => await TextsAsync(rows, field),
        Type type when type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) => await BytesAsync(rows, field),
        Type type when type == typeof(DateTime) => await ValuesAsync<DateTime>(rows, field, date => date.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)),
        Type type when type == typeof(DateOnly) => await ValuesAsync<DateOnly>(rows, field, date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        Type type when type == typeof(bool) => await ValuesAsync<bool>(rows, field, truth => truth ? "true" : "false"),
        Type type when type == typeof(int) => await NumbersAsync<int>(rows, field),
        Type type when type == typeof(long) => await NumbersAsync<long>(rows, field),
        Type type when type == typeof(short) => await NumbersAsync<short>(rows, field),
        Type type when type == typeof(sbyte) => await NumbersAsync<sbyte>(rows, field),
        Type type when type == typeof(byte) => await NumbersAsync<byte>(rows, field),
        Type type when type == typeof(ushort) => await NumbersAsync<ushort>(rows, field),
        Type type when type == typeof(uint) => await NumbersAsync<uint>(rows, field),
        Type type when type == typeof(ulong) => await NumbersAsync<ulong>(rows, field),
        Type type when type == typeof(float) => await NumbersAsync<float>(rows, field),
        Type type when type == typeof(double) => await NumbersAsync<double>(rows, field),
        Type type when type == typeof(decimal) => await NumbersAsync<decimal>(rows, field),
        Type type when type == typeof(Guid) => await NumbersAsync<Guid>(rows, field),
        _ => [.. Enumerable.Repeat("", (int)rows.RowCount)],
    };

    private static async Task<string[]> TextsAsync(ParquetRowGroupReader rows, DataField field)
    {
        string?[] texts = new string?[rows.RowCount];
        await rows.ReadAsync(field, texts.AsMemory()!);
        return [.. texts.Select(text => text ?? "")];
    }

    private static async Task<string[]> BytesAsync(ParquetRowGroupReader rows, DataField field)
    {
        byte[]?[] texts = new byte[]?[rows.RowCount];
        await rows.ReadAsync(field, texts.AsMemory()!);
        return [.. texts.Select(text => Encoding.UTF8.GetString(text ?? []))];
    }

    private static Task<string[]> NumbersAsync<T>(ParquetRowGroupReader rows, DataField field)
        where T : struct, IFormattable => ValuesAsync<T>(rows, field, number => number.ToString(null, CultureInfo.InvariantCulture));

    private static async Task<string[]> ValuesAsync<T>(ParquetRowGroupReader rows, DataField field, Func<T, string> text)
        where T : struct
    {
        if (!field.IsNullable)
        {
            T[] values = new T[rows.RowCount];
            await rows.ReadAsync(field, values.AsMemory());
            return [.. values.Select(text)];
        }

        T?[] optional = new T?[rows.RowCount];
        await rows.ReadAsync(field, optional.AsMemory());
        return [.. optional.Select(value => value is { } there ? text(there) : "")];
    }
}
