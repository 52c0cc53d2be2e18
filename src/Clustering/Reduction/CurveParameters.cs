namespace Pipeline.Clustering;

/// <summary>
/// The curve 1 / (1 + a d^2b) that says how strongly two points at distance d of the layout belong together, and its forces.
/// </summary>
internal static class CurveParameters
{
    private const int Samples = 300;
    private const int MaxSteps = 200;

    /// <summary>Fits a and b to the wanted shape, 1 up to the minimum distance and then exp(-(d - minimum) / spread), by least squares (Levenberg and Marquardt).</summary>
    public static (double A, double B) Fit(double minDistance, double spread)
    {
        double a = 1, b = 1, damping = 1e-3;
        double error = Error(a, b, minDistance, spread);
        for (int step = 0; step < MaxSteps && damping < 1e12; step++)
        {
            (double stepA, double stepB) = Step(a, b, damping, minDistance, spread);
            double next = a + stepA > 0 && b + stepB > 0 ? Error(a + stepA, b + stepB, minDistance, spread) : double.PositiveInfinity;
            if (next >= error)
            {
                damping *= 10;
                continue;
            }

            (a, b, error, damping) = (a + stepA, b + stepB, next, damping / 10);
        }

        return (a, b);
    }

    private static (double X, double Wanted) Sample(int i, double minDistance, double spread)
    {
        double x = 3 * spread * i / (Samples - 1);
        return (x, x < minDistance ? 1 : Math.Exp(-(x - minDistance) / spread));
    }

    private static double Error(double a, double b, double minDistance, double spread)
    {
        double error = 0;
        for (int i = 0; i < Samples; i++)
        {
            (double x, double wanted) = Sample(i, minDistance, spread);
            double residual = wanted - (1 / (1 + (a * Math.Pow(x, 2 * b))));
            error += residual * residual;
        }

        return error;
    }

    private static (double A, double B) Step(double a, double b, double damping, double minDistance, double spread)
    {
        double aa = 0, ab = 0, bb = 0, ar = 0, br = 0;
        for (int i = 1; i < Samples; i++)
        {
            (double x, double wanted) = Sample(i, minDistance, spread);
            double power = Math.Pow(x, 2 * b), value = 1 / (1 + (a * power));
            double da = -value * value * power, db = da * a * 2 * Math.Log(x), residual = wanted - value;
            aa += da * da;
            ab += da * db;
            bb += db * db;
            ar += da * residual;
            br += db * residual;
        }

        aa *= 1 + damping;
        bb *= 1 + damping;
        double determinant = (aa * bb) - (ab * ab);
        return (((bb * ar) - (ab * br)) / determinant, ((aa * br) - (ab * ar)) / determinant);
    }
}
