using System.Diagnostics;

namespace Pipeline.Functions.Tests;

[TestClass]
public sealed class StartTests
{
    [TestMethod]
    [DataRow("Warehouse__Kind", "Oracle", "Warehouse:Kind is 'Oracle'")]
    [DataRow("Training__MinClusterSize", "0", "Training:MinClusterSize is 0")]
    [DataRow("Training__WindowMonths", "many", "Training:WindowMonths")]
    [DataRow("ObjectStore__Kind", "AzureBlobs", "ModelStorage")]
    [DataRow("ObjectStore__Kind", "S3", "S3:Bucket")]
    [DataRow("Access__Authority", "https://login.example.org", "Access:Audience is missing")]
    public async Task A_wrong_setting_is_one_line_and_an_exit_code(string name, string value, string expected)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.Ordinal) ? host : "dotnet", [typeof(AppRoot).Assembly.Location])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment[name] = value;
        using Process worker = Process.Start(start)!;
        Task<string> output = worker.StandardOutput.ReadToEndAsync();
        string error = await worker.StandardError.ReadToEndAsync();
        await worker.WaitForExitAsync();

        worker.ExitCode.ShouldBe(2, await output + error);
        error.TrimEnd().Split('\n').Length.ShouldBe(1, error);
        error.ShouldStartWith("The app cannot start. ");
        error.ShouldContain(expected);
    }
}
