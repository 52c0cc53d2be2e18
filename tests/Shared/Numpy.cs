using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Pipeline.TestSupport;

/// <summary>Python with numpy; ends the test as inconclusive where this machine has none.</summary>
internal static class Numpy
{
    /// <summary>The beginning of a script that knows the format's types as numpy's.</summary>
    public const string Types = "types = {'F32': '<f4', 'F64': '<f8', 'I32': '<i4', 'I64': '<i8', 'U64': '<u8', 'U8': '<u1'}\n";

    private const string Read = "import sys, json, struct, numpy as np\n" + Types + """
        data = open(sys.argv[1], 'rb').read()
        size, = struct.unpack('<Q', data[:8])
        arrays = {}
        for name, entry in json.loads(data[8:8 + size]).items():
            if name == '__metadata__':
                continue
            start, end = entry['data_offsets']
            arrays[name] = np.frombuffer(data[8 + size + start:8 + size + end], types[entry['dtype']]).reshape(entry['shape'])
        print(json.dumps({name: {'type': array.dtype.str, 'shape': array.shape, 'values': [repr(value) for value in array.ravel().tolist()]} for name, array in arrays.items()}))
        """;

    private static readonly Lazy<string?> Python = new(() => new[] { "python3", "/usr/bin/python3", "/usr/local/bin/python3", "python" }.FirstOrDefault(name => Start(name, "import numpy", []) is not null));

    /// <summary>What a script prints; null where it fails.</summary>
    public static string? Run(string script, params string[] arguments) => Start(Require(), script, arguments);

    /// <summary>The arrays of a safetensors file as numpy reads them: by name, the type, the shape and the values as Python writes them.</summary>
    public static JsonDocument ReadArrays(string file) => JsonDocument.Parse(Run(Read, file).ShouldNotBeNull());

    private static string Require()
    {
        if (Python.Value is null)
        {
            Assert.Inconclusive("No python3 with numpy was found on this machine; install numpy to run this test.");
        }

        return Python.Value!;
    }

    private static string? Start(string python, string script, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", script, .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
