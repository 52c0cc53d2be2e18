using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>A named array of a model file: its element type, shape and little-endian row-major bytes.</summary>
/// <param name="Type">The element type as safetensors names it: <c>F32</c>, <c>F64</c>, <c>I32</c>, <c>I64</c>, <c>U64</c>, <c>U8</c>.</param>
/// <param name="Shape">The length of each dimension.</param>
/// <param name="Data">The elements' bytes.</param>
public sealed record SafeTensor(string Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    private static readonly Dictionary<Type, string> TypeNames = new()
    {
        [typeof(float)] = "F32",
        [typeof(double)] = "F64",
        [typeof(int)] = "I32",
        [typeof(long)] = "I64",
        [typeof(ulong)] = "U64",
        [typeof(byte)] = "U8",
    };

    /// <summary>Makes a tensor of <paramref name="values"/>, copied, in the given shape.</summary>
    /// <exception cref="ArgumentException">The shape does not multiply to the number of values, or the type has no safetensors name.</exception>
    public static SafeTensor From<T>(ReadOnlySpan<T> values, params long[] shape)
        where T : unmanaged => new(Named(values, shape), shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Makes a tensor that refers to <paramref name="values"/> in the given shape; a later change of them changes the tensor.</summary>
    /// <exception cref="ArgumentException">As for <see cref="From"/>, or there are more than 2^31 bytes.</exception>
    public static SafeTensor Over<T>(T[] values, params long[] shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        if ((long)values.Length * Marshal.SizeOf<T>() > Array.MaxLength)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(values)} holds {values.Length} elements; an array of a file holds at most {Array.MaxLength} bytes."), nameof(values));
        }

        return new SafeTensor(Named<T>(values, shape), shape, new ArrayBytes<T>(values).Memory);
    }

    /// <summary>As <see cref="Over{T}(T[], long[])"/> where the memory is a whole array, otherwise as <see cref="From"/>.</summary>
    internal static SafeTensor Over<T>(ReadOnlyMemory<T> values, params long[] shape)
        where T : unmanaged =>
        MemoryMarshal.TryGetArray(values, out ArraySegment<T> segment) && segment.Array is T[] array && segment.Offset == 0 && segment.Count == array.Length
            ? Over(array, shape)
            : From(values.Span, shape);

    /// <summary>The elements, copied.</summary>
    /// <exception cref="InvalidDataException">The tensor holds elements of another type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        if (!TypeNames.TryGetValue(typeof(T), out string? name) || !string.Equals(name, Type, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The array holds {Type}, not {typeof(T).Name}.");
        }

        return MemoryMarshal.Cast<byte, T>(Data.Span).ToArray();
    }

    /// <summary>How many bytes a shape of a type takes; null for a type that this library does not know or a shape that overflows.</summary>
    internal static Int128? SizeOf(string type, IReadOnlyList<long> shape)
    {
        int? element = type switch { "F64" or "I64" or "U64" => 8, "F32" or "I32" or "U32" => 4, "F16" or "BF16" or "I16" or "U16" => 2, "I8" or "U8" or "BOOL" => 1, _ => null };
        return shape.Aggregate((Int128?)element, (size, length) => length >= 0 && size <= long.MaxValue ? size * length : null);
    }

    private static string Named<T>(ReadOnlySpan<T> values, long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!TypeNames.TryGetValue(typeof(T), out string? name))
        {
            throw new ArgumentException($"Elements of type {typeof(T).Name} cannot be stored; use {string.Join(", ", TypeNames.Keys.Select(t => t.Name))}.", nameof(values));
        }

        if (shape.Aggregate(1L, (product, length) => product * length) != values.Length)
        {
            throw new ArgumentException($"The shape [{string.Join(", ", shape)}] does not hold {values.Length} values.", nameof(shape));
        }

        return name;
    }
}
