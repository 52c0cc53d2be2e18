using System.Runtime.InteropServices;

namespace Pipeline.Bench;

/// <summary>Arrays as raw little-endian files.</summary>
internal static class PointsFile
{
    /// <summary>Reads float32 numbers, row-major.</summary>
    public static float[] Read(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        float[] points = GC.AllocateUninitializedArray<float>(checked((int)(stream.Length / sizeof(float))));
        stream.ReadExactly(MemoryMarshal.AsBytes(points.AsSpan()));
        return points;
    }

    /// <summary>What keeps a file from being read as points of some dimensions; null where nothing does.</summary>
    public static string? Fault(FileInfo file, int dimensions) =>
        dimensions < 1 ? FormattableString.Invariant($"--dims is {dimensions}; it must be 1 or more.")
        : !file.Exists ? $"'{file}' does not exist."
        : file.Length == 0 || file.Length % ((long)dimensions * sizeof(float)) != 0
            ? FormattableString.Invariant($"'{file}' holds {file.Length} bytes; points of --dims {dimensions} take {(long)dimensions * sizeof(float)} each, and there must be 1 or more.")
        : null;

    /// <summary>Writes numbers where a file is asked for.</summary>
    public static void Write<T>(FileInfo? file, ReadOnlySpan<T> values)
        where T : struct
    {
        if (file is not null)
        {
            File.WriteAllBytes(file.FullName, MemoryMarshal.AsBytes(values));
        }
    }
}
