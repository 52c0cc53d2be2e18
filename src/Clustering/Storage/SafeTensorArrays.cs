using System.Globalization;
using System.Numerics;

namespace Pipeline.Clustering;

/// <summary>Reads named arrays of a model file with errors that name the array.</summary>
public static class SafeTensorArrays
{
    /// <summary>The elements of an array of numbers, none of which may be infinite or not a number.</summary>
    /// <exception cref="InvalidDataException">The array is missing, of another type or length, or holds what is no finite number.</exception>
    public static T[] GetFinite<T>(this IReadOnlyDictionary<string, SafeTensor> arrays, string name, int? length = null)
        where T : unmanaged, IFloatingPoint<T> => arrays.Get<T>(name, T.IsFinite, "a finite number", length);

    /// <summary>The elements of an array of densities or distances: 0 or more, infinite among duplicates.</summary>
    /// <exception cref="InvalidDataException">The array is missing, of another type, or holds a negative number or none.</exception>
    public static double[] GetLevels(this IReadOnlyDictionary<string, SafeTensor> arrays, string name) => arrays.Get<double>(name, level => level >= 0, "0 or more");

    /// <summary>The elements of an array that are all as they must be.</summary>
    /// <param name="arrays">The arrays of a file.</param>
    /// <param name="name">The array's name.</param>
    /// <param name="holds">Whether an element is.</param>
    /// <param name="range">What it must be, for the error.</param>
    /// <param name="length">How many elements there must be; null for any number.</param>
    /// <exception cref="InvalidDataException">The array is missing, of another type or length, or an element is not.</exception>
    public static T[] Get<T>(this IReadOnlyDictionary<string, SafeTensor> arrays, string name, Predicate<T> holds, string range, int? length = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(holds);
        T[] values = arrays.Get<T>(name);
        if (length is int expected && values.Length != expected)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The array '{name}' has {values.Length} elements; {expected} are expected."));
        }

        int wrong = Array.FindIndex(values, value => !holds(value));
        return wrong < 0 ? values : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The array '{name}' holds {values[wrong]} at {wrong}; it must be {range}."));
    }

    /// <summary>The elements of an array.</summary>
    /// <exception cref="InvalidDataException">The array is missing or of another type.</exception>
    public static T[] Get<T>(this IReadOnlyDictionary<string, SafeTensor> arrays, string name)
        where T : unmanaged
    {
        SafeTensor tensor = arrays.Named(name);
        try
        {
            return tensor.ToArray<T>();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The array '{name}': {e.Message}", e);
        }
    }

    /// <summary>The elements of a matrix of finite numbers, row-major, and the length of a row.</summary>
    /// <exception cref="InvalidDataException">The array is missing, of another type, no matrix of 1 to 2^31 columns, or holds what is no finite number.</exception>
    internal static (T[] Values, int Columns) GetMatrix<T>(this IReadOnlyDictionary<string, SafeTensor> arrays, string name)
        where T : unmanaged, IFloatingPoint<T>
    {
        IReadOnlyList<long> shape = arrays.Named(name).Shape;
        return shape.Count == 2 && shape[1] is >= 1 and <= int.MaxValue
            ? (arrays.GetFinite<T>(name), (int)shape[1])
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The array '{name}' has the shape [{string.Join(", ", shape)}]; it must have rows of 1 number or more."));
    }

    private static SafeTensor Named(this IReadOnlyDictionary<string, SafeTensor> arrays, string name)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        return arrays.TryGetValue(name, out SafeTensor? tensor) ? tensor : throw new InvalidDataException($"The array '{name}' is missing.");
    }
}
