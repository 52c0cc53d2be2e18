using System.Globalization;
using System.Numerics;
using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>Reads named arrays of a model file with errors that name the array.</summary>
internal static class TensorDictionary
{
    /// <summary>The elements of an array of numbers, none of which may be infinite or not a number.</summary>
    /// <exception cref="InvalidDataException">The array is missing, of another type or length, or holds what is no finite number.</exception>
    public static T[] GetFinite<T>(this IReadOnlyDictionary<string, SafeTensor> arrays, string name, int? length = null)
        where T : unmanaged, IFloatingPoint<T> => arrays.Get<T>(name, T.IsFinite, "a finite number", length);

    /// <summary>The elements of an array of densities or distances: 0 or more, infinite among duplicates.</summary>
    /// <exception cref="InvalidDataException">The array is missing, of another type, or holds a negative number or none.</exception>
    public static double[] GetLevels(this IReadOnlyDictionary<string, SafeTensor> arrays, string name) => arrays.Get<double>(name, level => level >= 0, "0 or more");

    /// <summary>The elements of an array that are all as they must be.</summary>
    /// <exception cref="InvalidDataException">The array is missing, of another type or length, or an element is not.</exception>
    public static T[] Get<T>(this IReadOnlyDictionary<string, SafeTensor> arrays, string name, Predicate<T> holds, string range, int? length = null)
        where T : unmanaged
    {
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
        if (!arrays.TryGetValue(name, out SafeTensor? tensor))
        {
            throw new InvalidDataException($"The array '{name}' is missing.");
        }

        try
        {
            return tensor.ToArray<T>();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The array '{name}': {e.Message}", e);
        }
    }
}
