using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Pipeline.Clustering.Tests;

/// <summary>A random set of points with random parameters. No two distances are equal unless the coordinates were rounded.</summary>
/// <param name="Dimensions">Coordinates of a point.</param>
/// <param name="Points">The points, row-major.</param>
/// <param name="Options">The parameters.</param>
internal sealed record RandomPoints(int Dimensions, float[] Points, HdbscanOptions Options)
{
    public int Count => Points.Length / Dimensions;

    /// <summary>The same points on a grid fine enough to keep them apart, coarse enough to be moved without rounding.</summary>
    public RandomPoints Rounded => this with { Points = Array.ConvertAll(Points, value => MathF.Round(value * 16) / 16) };

    public HdbscanResult Fit() => Hdbscan.Fit(Points, Dimensions, Options);

    public HdbscanResult Fit(float[] other) => Hdbscan.Fit(other, Dimensions, Options);

    public float[] Map(Func<float, float> change) => Array.ConvertAll(Points, value => change(value));

    /// <summary>Checks a property on random sets, the same ones in every run.</summary>
    public static void Check(int tests, int dimensions, Action<RandomPoints> property)
    {
        Gen<RandomPoints> sets =
            from count in Gen.Choose(2, 120)
            from width in Gen.Choose(1, dimensions)
            from blobs in Gen.Choose(1, 5)
            from minClusterSize in Gen.Choose(2, 12)
            from minSamples in Gen.Choose(1, 8)
            from leaf in Gen.Choose(0, 2)
            from seed in Gen.Choose(0, int.MaxValue)
            select new RandomPoints(width, TestPoints.Blobs(count, width, blobs, seed), new HdbscanOptions
            {
                MinClusterSize = minClusterSize,
                MinSamples = minSamples,
                SelectionMethod = leaf == 0 ? ClusterSelectionMethod.Leaf : ClusterSelectionMethod.ExcessOfMass,
            });
        Config config = Config.QuickThrowOnFailure.WithMaxTest(tests).WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20261124, 7), FSharpOption<int>.None)));
        FsCheck.Check.One(config, Prop.ForAll(sets.ToArbitrary(), property));
    }
}
