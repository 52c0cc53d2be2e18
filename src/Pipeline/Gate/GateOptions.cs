using Pipeline.Models;

namespace Pipeline.Gate;

/// <summary>What a candidate has to keep before it may serve. The limits against the version before hold only where there is one of the same embedder.</summary>
public sealed record GateOptions
{
    /// <summary>What becomes of a candidate that passes, for tech centers whose stages name no policy of their own.</summary>
    public PromotionPolicy Policy { get; init; } = PromotionPolicy.Auto;

    /// <summary>The share of incidents that a candidate answers on trial, in percent, 1 to 100.</summary>
    public int CanaryPercent { get; init; } = 10;

    /// <summary>Texts of the frozen sample, 10 to 5,000.</summary>
    public int SampleSize { get; init; } = 200;

    /// <summary>The least part of the sample's clustered texts that are answered with their problem when they are embedded anew, 0 to 1.</summary>
    public double MinRecall { get; init; } = 0.7;

    /// <summary>The most milliseconds that an answer may take, embedding not included, 0.001 to 10,000.</summary>
    public double MaxMilliseconds { get; init; } = 10;

    /// <summary>The most memory that the model may take, in MB, 1 to 1,000,000: four times its files.</summary>
    public int MaxMegabytes { get; init; } = 1024;

    /// <summary>The most incidents without a cluster, 0 to 1.</summary>
    public double MaxNoise { get; init; } = 0.95;

    /// <summary>By how much their part may be higher than in the version before, 0 to 1.</summary>
    public double MaxNoiseRise { get; init; } = 0.15;

    /// <summary>The fewest problems, at least 1.</summary>
    public int MinProblems { get; init; } = 1;

    /// <summary>How many times as many, or as few, problems as in the version before there may be, 1 to 100.</summary>
    public double MaxProblemRatio { get; init; } = 2.5;

    /// <summary>The least density-based validity, -1 to 1.</summary>
    public double MinDbcv { get; init; } = -1;

    /// <summary>By how much it may be lower than in the version before, 0 to 2.</summary>
    public double MaxDbcvDrop { get; init; } = 0.25;

    /// <summary>The least agreement of the training's layouts, -0.5 to 1.</summary>
    public double MinStability { get; init; } = 0.1;

    /// <summary>By how much it may be lower than in the version before, 0 to 1.5.</summary>
    public double MaxStabilityDrop { get; init; } = 0.2;

    /// <summary>The least agreement with the version before on which incidents belong together, of those that both cluster, -0.5 to 1 (adjusted Rand index).</summary>
    public double MinAgreement { get; init; } = 0.5;

    /// <summary>A window with no more than this part of the incidents of the version before needs a person, 0 to 1.</summary>
    public double MinWindowShare { get; init; } = 0.5;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(CanaryPercent, 1, 100, "Gate:CanaryPercent");
        SettingRange.Require(SampleSize, 10, 5_000, "Gate:SampleSize");
        SettingRange.Require(MinRecall, 0, 1, "Gate:MinRecall");
        SettingRange.Require(MaxMilliseconds, 0.001, 10_000, "Gate:MaxMilliseconds");
        SettingRange.Require(MaxMegabytes, 1, 1_000_000, "Gate:MaxMegabytes");
        SettingRange.Require(MaxNoise, 0, 1, "Gate:MaxNoise");
        SettingRange.Require(MaxNoiseRise, 0, 1, "Gate:MaxNoiseRise");
        SettingRange.Require(MinProblems, 1, double.PositiveInfinity, "Gate:MinProblems");
        SettingRange.Require(MaxProblemRatio, 1, 100, "Gate:MaxProblemRatio");
        SettingRange.Require(MinDbcv, -1, 1, "Gate:MinDbcv");
        SettingRange.Require(MaxDbcvDrop, 0, 2, "Gate:MaxDbcvDrop");
        SettingRange.Require(MinStability, -0.5, 1, "Gate:MinStability");
        SettingRange.Require(MaxStabilityDrop, 0, 1.5, "Gate:MaxStabilityDrop");
        SettingRange.Require(MinAgreement, -0.5, 1, "Gate:MinAgreement");
        SettingRange.Require(MinWindowShare, 0, 1, "Gate:MinWindowShare");
    }
}
