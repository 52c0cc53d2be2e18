using System.Runtime.Intrinsics;

namespace Pipeline.Clustering.Tests.Reduction;

[TestClass]
public sealed unsafe class LayoutGradientTests
{
    private const double A = 1.9328, B = 0.7905;

    [TestMethod]
    public void The_coefficients_are_those_of_the_curves_gradients()
    {
        ForceCurve curve = new(A, B);
        for (double squared = 1e-6; squared < 1e5; squared *= 1.07)
        {
            double power = Math.Pow(squared, B);
            double pull = -2 * A * B * power / squared / (1 + (A * power)), push = 2 * B / ((0.001 + squared) * (1 + (A * power)));
            ((double)curve.Attraction(Vector512.Create((float)squared))[3]).ShouldBe(pull, 5e-4 * Math.Abs(pull));
            ((double)curve.Repulsion(Vector512.Create((float)squared))[5]).ShouldBe(push, 5e-4 * push);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    [DataRow(12)]
    public void The_forces_on_sixteen_points_are_those_of_one_after_another(int components)
    {
        LayoutGradient forces = new(new ForceCurve(A, B), components);
        float[] layout = new float[40 * forces.Stride], values = SampleVectors.Groups(40, components, 40, 1, 9);
        for (int i = 0; i < 40; i++)
            values.AsSpan(i * components, components).CopyTo(layout.AsSpan(i * forces.Stride));
        int[] own = [.. Enumerable.Range(3, 16)], others = [.. Enumerable.Range(0, 32).Select(k => k * 7 % 40)];
        float[] weights = [.. Enumerable.Range(1, 32).Select(k => k / 32f)];
        float[] lanes = new float[forces.LaneValues], pull = new float[forces.LaneValues], push = new float[forces.LaneValues], all = new float[forces.LaneValues];
        fixed (float* l = layout, p = lanes, w = weights, pulls = pull, pushes = push, pushesOfAll = all)
        fixed (int* o = others, rows = own)
        {
            forces.Load(l, rows, p);
            forces.Pull(p, l, o, w, 2, pulls);
            forces.Push(p, l, o, 2, pushes);
            forces.PushAll(p, l, others.AsSpan(0, 3), pushesOfAll);
        }

        for (int lane = 0; lane < 16; lane++)
        {
            for (int c = 0; c < components; c++)
            {
                double Sum(Func<double, double> coefficient, params (int Other, float Weight)[] parts) => parts.Sum(part => part.Weight * Gradient(values, components, own[lane], part.Other, c, coefficient));
                int at = (c * 16) + lane;
                ((double)pull[at]).ShouldBe(Sum(Pull, (others[lane], weights[lane]), (others[16 + lane], weights[16 + lane])), 2e-3);
                ((double)push[at]).ShouldBe(Sum(Push, (others[lane], 1), (others[16 + lane], 1)), 4e-3);
                ((double)all[at]).ShouldBe(Sum(Push, (others[0], 1), (others[1], 1), (others[2], 1)), 4e-3);
            }
        }
    }

    private static double Pull(double squared) => -2 * A * B * Math.Pow(squared, B - 1) / (1 + (A * Math.Pow(squared, B)));

    private static double Push(double squared) => 2 * B / ((0.001 + squared) * (1 + (A * Math.Pow(squared, B))));

    private static double Gradient(float[] layout, int components, int point, int other, int c, Func<double, double> coefficient)
    {
        double[] differences = [.. Enumerable.Range(0, components).Select(i => (double)layout[(point * components) + i] - layout[(other * components) + i])];
        double squared = differences.Sum(d => d * d);
        return squared == 0 ? 0 : Math.Clamp(differences[c] * coefficient(squared), -4, 4);
    }
}
