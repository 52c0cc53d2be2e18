using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>Reads named arrays of a model file with errors that name the array.</summary>
internal static class TensorDictionary
{
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
