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
