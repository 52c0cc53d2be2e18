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
        where T : unmanaged
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

        return new SafeTensor(name, shape, MemoryMarshal.AsBytes(values).ToArray());
    }

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
}
