using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace Pipeline.Recovery;

/// <summary>Rows of a table as a Parquet file, compressed by GZIP, in one row group: text as UTF-8, whole numbers as INT64, others as DOUBLE, bytes as they are; every column may be null.</summary>
internal static class TableFile
{
    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.Gzip };

    /// <summary>Writes rows.</summary>
    public static async Task WriteAsync(TableRows rows, Stream target, CancellationToken cancellationToken)
    {
        DataField[] fields = [.. rows.Columns.Select(FieldOf)];
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), target, Options, cancellationToken: cancellationToken);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        for (int column = 0; column < fields.Length; column++)
        {
            int cell = column;
            IEnumerable<object?> cells = rows.Rows.Select(row => row[cell]);
            await (rows.Columns[column].Kind switch
            {
                CellKind.Whole => group.WriteAsync<long>(fields[column], cells.Cast<long?>().ToArray(), cancellationToken: cancellationToken),
                CellKind.Real => group.WriteAsync<double>(fields[column], cells.Cast<double?>().ToArray(), cancellationToken: cancellationToken),
                CellKind.Bytes => group.WriteAsync(fields[column], cells.Cast<byte[]?>().ToArray()),
                _ => group.WriteAsync(fields[column], cells.Cast<string?>().ToArray()),
            });
        }

        group.CompleteValidate();
    }

    /// <summary>Reads rows.</summary>
    /// <param name="source">The file, which can be sought in.</param>
    /// <param name="table">The table.</param>
    /// <param name="number">The piece's place in it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static async Task<TableRows> ReadAsync(Stream source, string table, long number, CancellationToken cancellationToken)
    {
        try
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(source, leaveStreamOpen: true, cancellationToken: cancellationToken);
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
            DataField[] fields = reader.Schema.GetDataFields();
            object?[][] rows = [.. Enumerable.Range(0, checked((int)group.RowCount)).Select(_ => new object?[fields.Length])];
            for (int column = 0; column < fields.Length; column++)
            {
                await ReadColumnAsync(group, fields[column], rows, column, cancellationToken);
            }

            return new TableRows(table, number, [.. fields.Select(field => new TableColumn(field.Name, KindOf(field)))], rows);
        }
        catch (Exception exception) when (exception is IOException or ParquetException or OverflowException or ArgumentException or InvalidCastException)
        {
            throw new InvalidDataException($"it holds no rows: {exception.Message}", exception);
        }
    }

    /// <summary>The SHA-256 of the values, in lower-case hexadecimal.</summary>
    public static string Hash(TableRows rows)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] head = new byte[1 + sizeof(long)];
        foreach (TableColumn column in rows.Columns)
        {
            Append(Encoding.UTF8.GetBytes(column.Name), (byte)column.Kind);
        }

        foreach (object? cell in rows.Rows.SelectMany(row => row))
        {
            switch (cell)
            {
                case string text:
                    Append(Encoding.UTF8.GetBytes(text), 1);
                    break;
                case byte[] bytes:
                    Append(bytes, 2);
                    break;
                case long number:
                    Head(3, number);
                    break;
                case double number:
                    Head(4, BitConverter.DoubleToInt64Bits(number));
                    break;
                default:
                    Head(5, 0);
                    break;
            }
        }

        return PartHash.Of(hash);

        void Append(byte[] bytes, byte kind)
        {
            Head(kind, bytes.Length);
            hash.AppendData(bytes);
        }

        void Head(byte kind, long value)
        {
            head[0] = kind;
            BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(1), value);
            hash.AppendData(head);
        }
    }

    private static DataField FieldOf(TableColumn column) => column.Kind switch
    {
        CellKind.Whole => new DataField(column.Name, typeof(long), isNullable: true),
        CellKind.Real => new DataField(column.Name, typeof(double), isNullable: true),
        CellKind.Bytes => new DataField(column.Name, typeof(byte[]), isNullable: true),
        _ => new DataField(column.Name, typeof(string), isNullable: true),
    };

    private static CellKind KindOf(DataField field) =>
        field.ClrType == typeof(long) ? CellKind.Whole : field.ClrType == typeof(double) ? CellKind.Real : field.ClrType == typeof(byte[]) || field.ClrType == typeof(ReadOnlyMemory<byte>) ? CellKind.Bytes : CellKind.Text;

    private static async Task ReadColumnAsync(ParquetRowGroupReader group, DataField field, object?[][] rows, int column, CancellationToken cancellationToken)
    {
        switch (KindOf(field))
        {
            case CellKind.Whole:
                long?[] integers = new long?[rows.Length];
                await group.ReadAsync<long>(field, integers.AsMemory(), cancellationToken: cancellationToken);
                Fill(integers);
                break;
            case CellKind.Real:
                double?[] reals = new double?[rows.Length];
                await group.ReadAsync<double>(field, reals.AsMemory(), cancellationToken: cancellationToken);
                Fill(reals);
                break;
            case CellKind.Bytes:
                byte[]?[] bytes = new byte[]?[rows.Length];
                await group.ReadAsync(field, bytes.AsMemory(), cancellationToken: cancellationToken);
                Fill(bytes);
                break;
            default:
                string?[] texts = new string?[rows.Length];
                await group.ReadAsync(field, texts.AsMemory(), cancellationToken: cancellationToken);
                Fill(texts);
                break;
        }

        void Fill<T>(T[] values)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                rows[row][column] = values[row];
            }
        }
    }
}
