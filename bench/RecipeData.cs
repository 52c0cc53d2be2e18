using System.Globalization;
using System.Numerics.Tensors;

namespace Pipeline.Bench;

/// <summary>
/// The data sets of the table, made by one recipe from a seed: Gaussian blobs of mixed size, density and shape with 5 % uniform noise, and unit vectors in 60 groups
/// of 12 super-topics with 20 % noise.
/// </summary>
internal static class RecipeData
{
    private const int Topics = 60;
    private const int SuperTopics = 12;
    private const int IntrinsicDimensions = 24;
    private const int MostTries = 20_000;

    /// <summary>The file of a data set in a folder, made where it is missing.</summary>
    public static FileInfo Find(string folder, string kind, int n, int d)
    {
        FileInfo file = new(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{kind}_n{n}_d{d}.f32")));
        if (!file.Exists)
        {
            Directory.CreateDirectory(folder);
            float[] points = string.Equals(kind, "emb", StringComparison.Ordinal) ? Embeddings(n, d) : Blobs(n, d);
            FileInfo unfinished = new($"{file.FullName}.{Environment.ProcessId}.tmp");
            PointsFile.Write<float>(unfinished, points);
            unfinished.MoveTo(file.FullName, overwrite: true);
            file.Refresh();
        }

        return file;
    }

    private static float[] Blobs(int n, int d)
    {
        Sampler random = new((1_000_003 * d) + n);
        int blobs = n switch { <= 1000 => 10, <= 10_000 => 25, <= 50_000 => 50, <= 300_000 => 100, _ => 200 };
        int noise = (int)Math.Round(n * 0.05);
        int[] sizes = random.Sizes(n - noise, blobs, shape: 3, least: 0.25);
        double[][] centres = Centres(random, blobs, d);
        float[] points = new float[(long)n * d];
        int at = 0;
        for (int k = 0; k < blobs; k++)
        {
            double spread = Math.Exp(random.Uniform(Math.Log(0.2), 0));
            double[] scale = [.. Enumerable.Range(0, d).Select(_ => spread * random.Uniform(0.6, 1.4))];
            for (int i = 0; i < sizes[k]; i++, at++)
            {
                for (int t = 0; t < d; t++)
                {
                    points[(at * d) + t] = (float)(centres[k][t] + (random.Normal() * scale[t]));
                }
            }
        }

        for (int t = 0; t < d; t++)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            for (int i = 0; i < at; i++)
            {
                low = Math.Min(low, points[(i * d) + t]);
                high = Math.Max(high, points[(i * d) + t]);
            }

            for (int i = at; i < n; i++)
            {
                points[(i * d) + t] = (float)random.Uniform(low, high);
            }
        }

        return random.ShuffleRows(points, d);
    }

    private static double[][] Centres(Sampler random, int blobs, int d)
    {
        double side = 8 * Math.Pow(blobs, 1.0 / d), apart = d > 2 ? 5 : 4;
        List<double[]> centres = [];
        for (int tries = 1; centres.Count < blobs; tries++)
        {
            double[] centre = [.. Enumerable.Range(0, d).Select(_ => random.Uniform(0, side))];
            if (tries > MostTries || centres.TrueForAll(c => TensorPrimitives.Distance<double>(c, centre) > apart))
            {
                centres.Add(centre);
            }
        }

        return [.. centres];
    }

    private static float[] Embeddings(int n, int d)
    {
        Sampler random = new((31 * d) + n);
        float[][] super = [.. Enumerable.Range(0, SuperTopics).Select(_ => random.UnitVector(d))];
        int noise = (int)(n * 0.2);
        int[] sizes = random.Sizes(n - noise, Topics, shape: 4, least: 0.3);
        float[] points = new float[(long)n * d];
        int at = 0;
        for (int k = 0; k < Topics; k++)
        {
            float[] centre = random.UnitVector(d);
            TensorPrimitives.MultiplyAdd(centre, 0.9f, super[k % SuperTopics], centre);
            Normalise(centre);
            float spread = (float)random.Uniform(0.35, 0.9);
            float[][] basis = random.Orthonormal(IntrinsicDimensions, d);
            for (int i = 0; i < sizes[k]; i++, at++)
            {
                Span<float> row = points.AsSpan(at * d, d);
                centre.CopyTo(row);
                foreach (float[] axis in basis)
                {
                    TensorPrimitives.MultiplyAdd(axis, (float)(random.Normal() / Math.Sqrt(IntrinsicDimensions)) * 0.8f * spread, row, row);
                }

                double isotropic = 0.6 * spread / Math.Sqrt(d);
                for (int t = 0; t < d; t++)
                {
                    row[t] += (float)(random.Normal() * isotropic);
                }

                Normalise(row);
            }
        }

        for (int half = at + (noise / 2); at < n; at++)
        {
            float[] row = random.UnitVector(d);
            if (at >= half)
            {
                TensorPrimitives.MultiplyAdd(row, 1.4f, super[random.Below(SuperTopics)], row);
                Normalise(row);
            }

            row.CopyTo(points.AsSpan(at * d, d));
        }

        return random.ShuffleRows(points, d);
    }

    private static void Normalise(Span<float> row) => TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);

    /// <summary>Seeded draws from the distributions that the recipe needs.</summary>
    private sealed class Sampler(int seed)
    {
        private readonly Random _random = new(seed);
        private double _spare = double.NaN;

        public int Below(int limit) => _random.Next(limit);

        public double Uniform(double low, double high) => low + ((high - low) * _random.NextDouble());

        /// <summary>A standard normal number, by the polar method of Marsaglia.</summary>
        public double Normal()
        {
            if (!double.IsNaN(_spare))
            {
                (double spare, _spare) = (_spare, double.NaN);
                return spare;
            }

            double u, v, square;
            do
            {
                (u, v) = (Uniform(-1, 1), Uniform(-1, 1));
                square = (u * u) + (v * v);
            }
            while (square is >= 1 or 0);

            double factor = Math.Sqrt(-2 * Math.Log(square) / square);
            _spare = v * factor;
            return u * factor;
        }

        public float[] UnitVector(int d)
        {
            float[] row = [.. Enumerable.Range(0, d).Select(_ => (float)Normal())];
            Normalise(row);
            return row;
        }

        /// <summary>Rows at right angles to each other and of length 1, by Gram and Schmidt.</summary>
        public float[][] Orthonormal(int rows, int d)
        {
            float[][] basis = new float[rows][];
            for (int i = 0; i < rows; i++)
            {
                basis[i] = UnitVector(d);
                for (int j = 0; j < i; j++)
                {
                    TensorPrimitives.MultiplyAdd(basis[j], -TensorPrimitives.Dot<float>(basis[j], basis[i]), basis[i], basis[i]);
                }

                Normalise(basis[i]);
            }

            return basis;
        }

        /// <summary>Group sizes with Dirichlet-distributed shares (Erlang draws with a whole shape), none below a share of the mean.</summary>
        public int[] Sizes(int total, int groups, int shape, double least)
        {
            double[] shares = [.. Enumerable.Range(0, groups).Select(_ => Enumerable.Range(0, shape).Sum(_ => -Math.Log(1 - _random.NextDouble())))];
            double sum = shares.Sum();
            shares = [.. shares.Select(s => Math.Max(s / sum, least / groups))];
            sum = shares.Sum();
            int[] sizes = [.. shares.Select(s => (int)(s / sum * total))];
            sizes[0] += total - sizes.Sum();
            return sizes;
        }

        public float[] ShuffleRows(float[] points, int d)
        {
            int[] order = [.. Enumerable.Range(0, points.Length / d)];
            _random.Shuffle(order);
            float[] shuffled = new float[points.Length];
            for (int i = 0; i < order.Length; i++)
            {
                points.AsSpan(order[i] * d, d).CopyTo(shuffled.AsSpan(i * d, d));
            }

            return shuffled;
        }
    }
}
