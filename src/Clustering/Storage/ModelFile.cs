using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Clustering;

/// <summary>
/// A model as a safetensors file. Its metadata name the format and its version, the version of the library that wrote it, the parameters, and <c>sha256</c>, the SHA-256
/// of all the rest in hexadecimal digits: of each other entry of the metadata, in ordinal order, its name, a zero byte, its text and a zero byte; then of each
/// array, in ordinal order, its name, a zero byte, its type, a zero byte, its shape as <c>[2,3]</c>, a zero byte, and its bytes. A file without it is read as well:
/// other programs need not write it.
/// </summary>
/// <param name="name">The format's name.</param>
/// <param name="version">The version that is written, and the newest that is read; 1 or more.</param>
internal sealed class ModelFile(string name, int version)
{
    private const string FormatKey = "format";
    private const string VersionKey = "format_version";
    private const string LibraryKey = "library_version";
    private const string ChecksumKey = "sha256";
    private const int BufferBytes = 1 << 16;
    private static readonly string LibraryVersion = typeof(ModelFile).Assembly.GetName().Version?.ToString(fieldCount: 3) ?? "";

    /// <summary>Writes a model to a stream, which stays open.</summary>
    public Task WriteAsync(Stream output, IReadOnlyDictionary<string, SafeTensor> arrays, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        Dictionary<string, string> metadata = new(parameters, StringComparer.Ordinal)
        {
            [FormatKey] = name,
            [VersionKey] = version.ToString(CultureInfo.InvariantCulture),
            [LibraryKey] = LibraryVersion,
        };
        metadata[ChecksumKey] = Checksum(metadata, arrays);
        return SafeTensorFile.WriteAsync(output, arrays, metadata, cancellationToken);
    }

    /// <summary>Writes a model to a file, in place of one that may be there: whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the model to a stream.</param>
    /// <param name="cancellationToken">Stops the work; what was there before stays.</param>
    public static async Task WriteAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string partial = $"{Path.GetFullPath(path)}.{Guid.NewGuid():N}.partial";
        try
        {
            await using (FileStream file = new(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous))
            {
                await write(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Reads a model from a stream.</summary>
    /// <param name="input">The stream; it is read to the end of the model.</param>
    /// <param name="make">Makes the model of the arrays and the metadata.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <param name="unnamed">Whether a file whose metadata name no format is read as well.</param>
    /// <exception cref="InvalidDataException">The stream holds no model of this format, a newer one, or a damaged one; the message says what is wrong.</exception>
    public async Task<T> ReadAsync<T>(Stream input, Func<SafeTensorContent, T> make, CancellationToken cancellationToken, bool unnamed = false)
    {
        SafeTensorContent content = await SafeTensorFile.ReadContentAsync(input, cancellationToken);
        if (!unnamed || content.Metadata.ContainsKey(FormatKey))
        {
            CheckFormat(content.Metadata);
        }

        if (content.Metadata.TryGetValue(ChecksumKey, out string? checksum) && !string.Equals(checksum, Checksum(content.Metadata, content.Arrays), StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The file is damaged: what it holds is not what its '{ChecksumKey}' says. Take another copy, or save the model again.");
        }

        return Make(content, make);
    }

    /// <summary>Reads a model from a file that holds nothing else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads the model from a stream.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">As for the other overload; the message names the file.</exception>
    public static async Task<T> ReadAsync<T>(string path, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.Asynchronous | FileOptions.SequentialScan);
        try
        {
            T model = await read(file, cancellationToken);
            return file.Position == file.Length ? model : throw new InvalidDataException(FormattableString.Invariant($"There are {file.Length - file.Position} bytes after the model."));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' cannot be loaded. {e.Message}", e);
        }
    }

    /// <summary>Makes a model of what was read, which is damaged or made by hand where that is refused.</summary>
    /// <exception cref="InvalidDataException">The arrays or the parameters do not fit together.</exception>
    public static TModel Make<TContent, TModel>(TContent content, Func<TContent, TModel> make)
    {
        try
        {
            return make(content);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The model cannot be used: {e.Message}", e);
        }
    }

    /// <summary>A parameter that is a number.</summary>
    /// <exception cref="InvalidDataException">It is missing or no such number.</exception>
    public static T Number<T>(IReadOnlyDictionary<string, string> metadata, string parameter)
        where T : struct, INumberBase<T> =>
        T.TryParse(Parameter(metadata, parameter), NumberStyles.Float, CultureInfo.InvariantCulture, out T value)
            ? value
            : throw new InvalidDataException($"The parameter '{parameter}' is '{metadata[parameter]}'; it must be a number ({typeof(T).Name}).");

    /// <summary>A parameter that is one of several names.</summary>
    /// <exception cref="InvalidDataException">It is missing or none of them.</exception>
    public static T Choice<T>(IReadOnlyDictionary<string, string> metadata, string parameter)
        where T : struct, Enum
    {
        string text = Parameter(metadata, parameter);
        foreach (T choice in Enum.GetValues<T>())
        {
            if (string.Equals(Name(choice), text, StringComparison.Ordinal))
            {
                return choice;
            }
        }

        throw new InvalidDataException($"The parameter '{parameter}' is '{text}'; it must be {string.Join(" or ", Enum.GetValues<T>().Select(Name))}.");
    }

    /// <summary>How a number is written.</summary>
    public static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Text(double)"/>
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>How a choice is written: in small letters.</summary>
    public static string Name<T>(T choice)
        where T : struct, Enum => choice.ToString().ToLowerInvariant();

    private void CheckFormat(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(FormatKey, out string? format))
        {
            throw new InvalidDataException($"The file is no model: its metadata have no '{FormatKey}', which must be '{name}'.");
        }

        if (!string.Equals(format, name, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The file holds '{format}', not '{name}'.");
        }

        if (!int.TryParse(Parameter(metadata, VersionKey), NumberStyles.None, CultureInfo.InvariantCulture, out int found) || found < 1)
        {
            throw new InvalidDataException($"'{VersionKey}' is '{metadata[VersionKey]}'; it must be a whole number from 1.");
        }

        if (found > version)
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"The file is of version {found} of '{name}', written by version {metadata.GetValueOrDefault(LibraryKey, "?")} of the library; this is {LibraryVersion}, which reads up to version {version}. Update the library to read it."));
        }
    }

    private static string Parameter(IReadOnlyDictionary<string, string> metadata, string parameter) =>
        metadata.TryGetValue(parameter, out string? text) ? text : throw new InvalidDataException($"The metadata have no '{parameter}'.");

    private static string Checksum(IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string text) in metadata.Where(entry => !string.Equals(entry.Key, ChecksumKey, StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Append(key);
            Append(text);
        }

        foreach ((string key, SafeTensor array) in arrays.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Append(key);
            Append(array.Type);
            Append(string.Create(CultureInfo.InvariantCulture, $"[{string.Join(',', array.Shape)}]"));
            hash.AppendData(array.Data.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }
    }
}
