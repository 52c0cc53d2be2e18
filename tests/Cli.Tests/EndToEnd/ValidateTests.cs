using Microsoft.Data.Sqlite;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class ValidateTests
{
    [TestMethod]
    public async Task A_damaged_page_of_the_warehouse_is_found()
    {
        using TempFolder folder = await TrainedAsync();
        await using (FileStream file = new(folder["data/warehouse.db"], FileMode.Open, FileAccess.Write))
        {
            // The last pages are of rows, and no command that looks at the newest alone reads them all.
            file.Position = (file.Length / 8192 / 2) * 8192;
            await file.WriteAsync(new byte[8192]);
        }

        CommandResult validate = await CommandLine.RunAsync("validate", "--data", folder["data"]);

        validate.ExitCode.ShouldBe(1, validate.ToString());
        validate.Output.ShouldContain($"FAIL  pages of warehouse.db: '{folder["data/warehouse.db"]}' is damaged. Restore it from a backup.");
    }

    [TestMethod]
    public async Task A_damaged_value_is_named_with_its_table_and_row()
    {
        using TempFolder folder = await TrainedAsync();
        Execute(folder, $"UPDATE incidents SET sys_created_on = 'once' WHERE number = '{PlainCsv.Number(7)}'");

        CommandResult validate = await CommandLine.RunAsync("validate", "--data", folder["data"]);

        validate.ExitCode.ShouldBe(1, validate.ToString());
        validate.Output.ShouldContain($"FAIL  rows of the warehouse: The warehouse '{folder["data/warehouse.db"]}' holds a damaged value: table incidents, row '{PlainCsv.Number(7)}'.");
        validate.Output.ShouldContain("PASS  pages of warehouse.db");
    }

    [TestMethod]
    public async Task A_damaged_file_of_an_older_model_version_is_found()
    {
        using TempFolder folder = await TrainedAsync();
        (await CommandLine.RunAsync("train", "--data", folder["data"])).ExitCode.ShouldBe(0);
        string clusters = folder["data/objects/hdbscan-models/workplace/2026_q2/clusters.json"];
        await File.WriteAllTextAsync(clusters, (await File.ReadAllTextAsync(clusters)).Replace("\"", "'", StringComparison.Ordinal));

        CommandResult validate = await CommandLine.RunAsync("validate", "--data", folder["data"]);

        validate.ExitCode.ShouldBe(1, validate.ToString());
        validate.Output.ShouldContain("PASS  model of Workplace: 2026_q2_r2");
        validate.Output.ShouldContain("FAIL  all model versions: The model version hdbscan-models/workplace/2026_q2 is damaged");
    }

    [TestMethod]
    public async Task A_warehouse_of_another_folder_beside_models_is_named()
    {
        using TempFolder folder = await TrainedAsync();
        string other = folder.Write("other.csv", "number,opened_at,short_description,assignment_group\nX1,2026-05-04,Badge does not open the gate,Security\n");
        (await CommandLine.RunAsync("import", other, "--data", folder["other"])).ExitCode.ShouldBe(0);
        File.Copy(folder["other/warehouse.db"], folder["data/warehouse.db"], overwrite: true);

        CommandResult status = await CommandLine.RunAsync("status", "--data", folder["data"]);
        CommandResult validate = await CommandLine.RunAsync("validate", "--data", folder["data"]);
        await File.WriteAllBytesAsync(folder["data/warehouse.db"], []);

        status.Errors.ShouldContain("There are models of 'Workplace', and the warehouse holds incidents of none of them");
        validate.ExitCode.ShouldBe(1);
        validate.Output.ShouldContain("FAIL  models and incidents: There are models of 'Workplace'");
        (await CommandLine.RunAsync("predict", "--data", folder["data"])).ShouldHaveFailed(1, $"its warehouse '{folder["data/warehouse.db"]}' is empty");
        new FileInfo(folder["data/warehouse.db"]).Length.ShouldBe(0, "it is not taken for a new one");
    }

    private static async Task<TempFolder> TrainedAsync()
    {
        TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 120).Select(row => PlainCsv.Row(row))));
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"])).ExitCode.ShouldBe(0);
        return folder;
    }

    private static void Execute(TempFolder folder, string sql)
    {
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = folder["data/warehouse.db"], Pooling = false }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of the test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
