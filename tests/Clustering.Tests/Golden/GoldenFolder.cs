using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.TestSupport;

namespace Pipeline.Clustering.Tests;

/// <summary>Reads the reference outputs.</summary>
internal static class GoldenFolder
{
    public static float[] Singles(string path) => Read<float>(path);

    public static double[] Doubles(string path) => Read<double>(path);

    public static int[] Integers(string path) => Read<int>(path);

    public static MinimumSpanningTree SpanningTree(string path)
    {
        double[] cells = Doubles(path);
        return new MinimumSpanningTree(Column(cells, 3, 0), Column(cells, 3, 1), RealColumn(cells, 3, 2));
    }

    public static SingleLinkageTree Linkage(string path)
    {
        double[] cells = Doubles(path);
        return new SingleLinkageTree(Column(cells, 4, 0), Column(cells, 4, 1), RealColumn(cells, 4, 2), Column(cells, 4, 3));
    }

    public static CondensedTree Condensed(string path, int points)
    {
        string[][] rows = File.ReadLines(SharedFiles.Require($"golden/{path}")).Skip(1).Select(line => line.Split(',')).ToArray();
        return new CondensedTree(
            points,
            Array.ConvertAll(rows, row => int.Parse(row[0], CultureInfo.InvariantCulture)),
            Array.ConvertAll(rows, row => int.Parse(row[1], CultureInfo.InvariantCulture)),
            Array.ConvertAll(rows, row => row[2] is "inf" ? double.PositiveInfinity : double.Parse(row[2], CultureInfo.InvariantCulture)),
            Array.ConvertAll(rows, row => int.Parse(row[3], CultureInfo.InvariantCulture)));
    }

    private static T[] Read<T>(string path)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(SharedFiles.Require($"golden/{path}"))).ToArray();

    private static int[] Column(double[] cells, int width, int column) => Array.ConvertAll(RealColumn(cells, width, column), cell => (int)cell);

    private static double[] RealColumn(double[] cells, int width, int column) =>
        Enumerable.Range(0, cells.Length / width).Select(row => cells[row * width + column]).ToArray();
}
