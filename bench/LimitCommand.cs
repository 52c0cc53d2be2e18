using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;

namespace Pipeline.Bench;

/// <summary><c>limit</c>: the machine's multiply-add rate and memory bandwidth, to hold the other times against.</summary>
internal static class LimitCommand
{
    private const int Repeats = 5;
    private const int Steps = 20_000_000;
    private const int Sums = 12;

    public static Command Create()
    {
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => Environment.ProcessorCount };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("limit", $"The multiply-add rate of a loop of {Sums} register sums and the read bandwidth of memory; the best of {Repeats}.") { threads, json };
        command.SetAction(parsed =>
        {
            LimitMeasurement measured = Measure(parsed.GetValue(threads));
            Console.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web)
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{measured.Threads} threads, {measured.VectorBits} bits: {measured.MultiplyAddsPerSecond / 1e9:0.0} G multiply-adds/s ({measured.MultiplyAddsPerCpuSecond / 1e9:0.0} per processor second), {measured.BytesPerSecond / 1e9:0.0} GB/s read"));
        });
        return command;
    }

    /// <summary>Measures both limits.</summary>
    public static LimitMeasurement Measure(int threads)
    {
        int bits = Avx512F.IsSupported ? 512 : 256;
        double perStep = Sums * (bits / 32);
        float[] sink = new float[threads * 16];
        float[] large = GC.AllocateArray<float>(1 << 26);
        large.AsSpan().Fill(1);
        double rate = 0, cpuRate = 0, bandwidth = 0;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            (double wall, double cpu) = Time(threads, t => sink[t * 16] = bits == 512 ? Loop512(Steps) : Loop256(Steps));
            rate = Math.Max(rate, perStep * Steps * threads / wall);
            cpuRate = Math.Max(cpuRate, perStep * Steps * threads / cpu);
            int share = large.Length / threads;
            (wall, _) = Time(threads, t => sink[t * 16] = TensorPrimitives.Sum(large.AsSpan(t * share, share)));
            bandwidth = Math.Max(bandwidth, 4.0 * share * threads / wall);
        }

        return new LimitMeasurement(threads, bits, rate, cpuRate, bandwidth);
    }

    private static (double Wall, double Cpu) Time(int threads, Action<int> work)
    {
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        Stopwatch clock = Stopwatch.StartNew();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
        double wall = clock.Elapsed.TotalSeconds;
        process.Refresh();
        return (wall, (process.TotalProcessorTime - before).TotalSeconds);
    }

    private static float Loop512(int steps)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(0.001f);
        Vector512<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int step = 0; step < steps; step++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private static float Loop256(int steps)
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(0.001f);
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int step = 0; step < steps; step++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
