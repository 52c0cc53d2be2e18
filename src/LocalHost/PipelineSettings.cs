using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Adapters.Azure.KeyVault;
using Pipeline.Functions;
using Pipeline.Intake;
using Pipeline.Prediction;
using Pipeline.Preprocessing;
using Pipeline.Training;

namespace Pipeline.LocalHost;

/// <summary>
/// The pipeline's settings: <c>local.settings.json</c> in the current folder (its <c>Values</c>), then environment variables, then the secrets of the Key Vault that <c>KeyVault:Uri</c> names, then the command line.
/// Names are written with <c>:</c> in the file and with <c>__</c> in the environment, such as <c>Training:WindowMonths</c> and <c>Training__WindowMonths</c>.
/// </summary>
internal sealed record PipelineSettings
{
    private const string SettingsFile = "local.settings.json";
    private const string SampleFile = "Pipeline.LocalHost.local.settings.sample.json";

    /// <summary>All settings as they were read, for the adapters to take theirs from.</summary>
    public IConfiguration Configuration { get; init; } = new ConfigurationBuilder().Build();

    /// <summary>The masking rules: the built-in ones, or those of the file that <c>Masking:RulesFile</c> names.</summary>
    public IReadOnlyList<MaskingRule> MaskingRules { get; init; } = Pipeline.Preprocessing.MaskingRules.Default;

    public IntakeOptions Intake { get; init; } = new();

    public PreprocessingOptions Preprocessing { get; init; } = new();

    public TrainingOptions Training { get; init; } = new();

    public PredictionOptions Prediction { get; init; } = new();

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="CommandException">A setting is malformed or out of its range; the message names it.</exception>
    public static PipelineSettings Load()
    {
        try
        {
            IConfigurationRoot configuration = Read();
            PipelineSettings settings = new()
            {
                Configuration = configuration,
                MaskingRules = MaskingSettings.Read(configuration),
                Intake = configuration.GetSection(nameof(Intake)).Get<IntakeOptions>() ?? new(),
                Preprocessing = configuration.GetSection(nameof(Preprocessing)).Get<PreprocessingOptions>() ?? new(),
                Training = configuration.GetSection(nameof(Training)).Get<TrainingOptions>() ?? new(),
                Prediction = configuration.GetSection(nameof(Prediction)).Get<PredictionOptions>() ?? new(),
            };
            return settings.Checked();
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or FormatException)
        {
            string where = e.InnerException is { } inner && e is InvalidDataException ? $" ({inner.GetBaseException().Message})" : "";
            throw new CommandException(
                $"A setting in {SettingsFile} or the environment cannot be read: {UserMessage.Sentence(e)}{where} Correct it or take it out; the environment writes __ for the colon in its name.", ExitCode.WrongUsage, e);
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
        PipelineSettings settings = this with
        {
            Training = Training with
            {
                MinClusterSize = minClusterSize ?? Training.MinClusterSize,
                Seed = seed ?? Training.Seed,
                MaxDegreeOfParallelism = threads ?? Training.MaxDegreeOfParallelism,
            },
            Prediction = Prediction with { MaxDegreeOfParallelism = threads ?? Prediction.MaxDegreeOfParallelism },
        };
        return settings.Checked();
    }

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

    private PipelineSettings Checked()
    {
        try
        {
            Intake.Validate();
            Preprocessing.Validate();
            Training.Validate();
            Prediction.Validate();
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new CommandException(UserMessage.Of(e), ExitCode.WrongUsage, e);
        }

        LocalAdapters.Add(new ServiceCollection(), this, Path.GetFullPath("."));
        return this;
    }
}
