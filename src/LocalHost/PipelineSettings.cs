using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Adapters.Azure.KeyVault;
using Pipeline.Intake;
using Pipeline.Training;
using Pipeline.Triggers;

namespace Pipeline.LocalHost;

/// <summary>
/// The pipeline's settings: <c>local.settings.json</c> in the current folder (its <c>Values</c>), then environment variables, then the secrets of the Key Vault that <c>KeyVault:Uri</c> names, then the command line.
/// Names are written with <c>:</c> in the file and with <c>__</c> in the environment, such as <c>Training:WindowMonths</c> and <c>Training__WindowMonths</c>.
/// </summary>
internal sealed record PipelineSettings
{
    private const string SettingsFile = "local.settings.json";
    private const string SampleFile = "Pipeline.LocalHost.local.settings.sample.json";

    /// <summary>All settings as they were read.</summary>
    public IConfiguration Configuration { get; init; } = new ConfigurationBuilder().Build();

    /// <summary>The settings of the intake.</summary>
    public IntakeOptions Intake => Configuration.GetSection(nameof(Intake)).Get<IntakeOptions>() ?? new();

    /// <summary>The settings of trainings.</summary>
    public TrainingOptions Training => Configuration.GetSection(nameof(Training)).Get<TrainingOptions>() ?? new();

    /// <summary>Whether other users of the machine may read what is written, as far as the umask allows; see <see cref="PrivateFiles"/>.</summary>
    public bool Shared => Configuration.GetValue<bool>(PrivateFiles.SharedSetting);

    /// <summary>Whether the warehouse and the models both lie in the data folder.</summary>
    public bool KeepsAllInFolder => Is("Warehouse:Kind", "Sqlite") && Is("ObjectStore:Kind", "Files");

    /// <summary>Whether the warehouse is in a PostgreSQL database.</summary>
    public bool IsPostgreSql => string.Equals(Configuration["Warehouse:Kind"]?.Trim(), "PostgreSql", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the warehouse is in BigQuery.</summary>
    public bool IsBigQuery => string.Equals(Configuration["Warehouse:Kind"]?.Trim(), "BigQuery", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads and checks the settings.</summary>
    /// <param name="checks">Whether to check what the composition would refuse; not where a command makes what is missing.</param>
    /// <exception cref="CommandException">A setting is malformed or out of its range; the message names it.</exception>
    public static PipelineSettings Load(bool checks = true)
    {
        try
        {
            PipelineSettings read = new() { Configuration = Read() };
            return checks ? read.Checked() : read;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw Unreadable(e);
        }
    }

    /// <summary>
    /// The settings as functions refer to them, such as <c>%PreprocessSchedule%</c>: <see cref="Configuration"/>, and for what that does not set, the values of
    /// local.settings.sample.json. Nothing is read again: a secret that changes in one changes in the other.
    /// </summary>
    public IConfiguration ForReferences()
    {
        using Stream sample = typeof(PipelineSettings).Assembly.GetManifestResourceStream(SampleFile)!;
        IConfigurationRoot defaults = new ConfigurationBuilder().AddJsonStream(sample).Build();
        return new ConfigurationBuilder().AddConfiguration(defaults.GetSection("Values")).AddConfiguration(Configuration).Build();
    }

    /// <summary>The settings with what the command line says; null leaves a setting as it is.</summary>
    /// <exception cref="CommandException">A value is out of its range.</exception>
    public PipelineSettings With(int? minClusterSize = null, int? seed = null, int? threads = null)
    {
        Dictionary<string, int?> said = new(StringComparer.Ordinal)
        {
            ["Training:MinClusterSize"] = minClusterSize,
            ["Training:Seed"] = seed,
            ["Preprocessing:MaxDegreeOfParallelism"] = threads,
            ["Training:MaxDegreeOfParallelism"] = threads,
            ["Prediction:MaxDegreeOfParallelism"] = threads,
        };
        IEnumerable<KeyValuePair<string, string?>> given = said.Where(s => s.Value is not null).Select(s => KeyValuePair.Create(s.Key, s.Value?.ToString(CultureInfo.InvariantCulture)));
        return (this with { Configuration = new ConfigurationBuilder().AddConfiguration(Configuration).AddInMemoryCollection(given).Build() }).Checked();
    }

    private bool Is(string setting, string standard) =>
        string.IsNullOrWhiteSpace(Configuration[setting]) || string.Equals(Configuration[setting]!.Trim(), standard, StringComparison.OrdinalIgnoreCase);

    private static IConfigurationRoot Read()
    {
        IConfigurationRoot file = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(SettingsFile), optional: true).Build();
        IConfigurationRoot settings = new ConfigurationBuilder().AddConfiguration(file.GetSection("Values")).AddEnvironmentVariables().Build();
        try
        {
            return new ConfigurationBuilder().AddConfiguration(settings).AddKeyVaultSecrets(settings, Console.Error.WriteLine).Build();
        }
        catch (SettingException e)
        {
            throw new CommandException(e.Message, ExitCode.WrongUsage, e);
        }
    }

    // What a composition would refuse is said before a folder is touched.
    private PipelineSettings Checked()
    {
        try
        {
            _ = Shared;
            Intake.Validate();
            new ServiceCollection().AddAdapters(Configuration, Path.GetFullPath(".")).AddPipeline(Configuration);
            return this;
        }
        catch (SettingException e)
        {
            throw new CommandException(e.Message, ExitCode.WrongUsage, e);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new CommandException(UserMessage.Of(e), ExitCode.WrongUsage, e);
        }
        catch (InvalidOperationException e)
        {
            throw Unreadable(e);
        }
    }

    private static CommandException Unreadable(Exception e)
    {
        string where = e.InnerException is { } inner && e is InvalidDataException ? $" ({inner.GetBaseException().Message})" : "";
        return new CommandException(
            $"A setting in {SettingsFile} or the environment cannot be read: {UserMessage.Sentence(e)}{where} Correct it or take it out; the environment writes __ for the colon in its name.", ExitCode.WrongUsage, e);
    }
}
