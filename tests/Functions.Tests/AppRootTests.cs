using Pipeline.TestSupport;

namespace Pipeline.Functions.Tests;

[TestClass]
public sealed class AppRootTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void An_app_that_runs_from_its_output_folder_keeps_its_data_at_the_root_of_the_repository()
    {
        string output = Directory.CreateDirectory(_folder["repository/src/Functions/bin/output"]).FullName;
        File.WriteAllText(_folder["repository/Pipeline.sln"], "");

        AppRoot.Of(output + Path.DirectorySeparatorChar).ShouldBe(_folder["repository"]);
    }

    [TestMethod]
    public void A_deployed_app_keeps_its_data_in_its_own_folder()
    {
        string app = Directory.CreateDirectory(_folder["home/site/wwwroot"]).FullName;

        AppRoot.Of(app).ShouldBe(app);
    }
}
