using System.Globalization;
using Pipeline.Intake;

namespace Pipeline.Cli.Demo;

/// <summary>
/// Invents the rows of a household survey, each made as one of seven ways of living, so that records can be tried without data of one's own, and what is found can be held against what is known. Answers vary within
/// a group and are shared between groups; some are missing, and some incomes are typed with a zero too many. No household in it is real.
/// </summary>
internal static class DemoSurvey
{
    /// <summary>The columns of the survey, in order.</summary>
    public static readonly IReadOnlyList<string> Columns =
    [
        "household_id", "interview_date", "enumerator", "region", "village", "ppi_score", "household_size", "children_under_15", "head_age", "head_education", "main_income", "monthly_income", "land_hectares",
        "livestock_units", "water_source", "minutes_to_water", "sanitation", "cooking_fuel", "wall_material", "roof_material", "electricity", "phones", "months_short_of_food", "minutes_to_clinic",
    ];

    private const double MissingShare = 0.03;
    private const double ZeroTooMany = 0.01;
    private const int VillagesOfRegion = 20;
    private static readonly DateTime FirstDay = new(2026, 1, 5);

    private static readonly SurveyProfile[] Profiles =
    [
        new("smallholders", 0.19)
        {
            Region = "Central 5 Northern 3 Southern 2", Education = "primary 7 none 2 secondary 1", Livelihood = "own_farm 9 day_labour 1", Water = "borehole 7 protected_well 2 river 1", Sanitation = "pit_latrine 9 none 1",
            Fuel = "firewood 9 charcoal 1", Walls = "mud_brick 8 burnt_brick 2", Roof = "iron_sheets 6 thatch 4", Electricity = 0.06,
            Score = (38, 8), Size = (5.4, 1.6), Age = (44, 10), Income = 70, Land = (1.8, 0.6), Livestock = (1.5, 1), ToWater = (18, 7), Phones = (1, 0.6), Hunger = (3, 1.4), ToClinic = (70, 25),
        },
        new("town_tenants", 0.17)
        {
            Region = "Capital 8 Central 1 Southern 1", Education = "tertiary 6 secondary 4", Livelihood = "wage_job 8 own_business 2", Water = "piped 9 borehole 1", Sanitation = "flush_toilet 8 pit_latrine 2",
            Fuel = "gas 7 charcoal 3", Walls = "cement_block 9 burnt_brick 1", Roof = "iron_sheets 5 tiles 5", Electricity = 0.96,
            Score = (72, 9), Size = (3.4, 1.2), Age = (34, 7), Income = 340, Land = (0.02, 0.02), Livestock = (0, 0.1), ToWater = (1, 1), Phones = (2.6, 0.9), Hunger = (0.2, 0.4), ToClinic = (15, 8),
        },
        new("settlement_traders", 0.16)
        {
            Region = "Capital 7 Southern 3", Education = "secondary 6 primary 4", Livelihood = "own_business 8 day_labour 2", Water = "vendor 8 piped 2", Sanitation = "shared_latrine 9 pit_latrine 1",
            Fuel = "charcoal 9 gas 1", Walls = "iron_sheets 7 cement_block 3", Roof = "iron_sheets 9 plastic 1", Electricity = 0.75,
            Score = (50, 8), Size = (4.6, 1.4), Age = (36, 8), Income = 140, Land = (0.02, 0.02), Livestock = (0.1, 0.2), ToWater = (9, 4), Phones = (1.9, 0.7), Hunger = (1.5, 1), ToClinic = (22, 10),
        },
        new("herders", 0.14)
        {
            Region = "Northern 8 Highlands 2", Education = "none 8 primary 2", Livelihood = "livestock 9 day_labour 1", Water = "river 7 borehole 3", Sanitation = "none 8 pit_latrine 2",
            Fuel = "dung 6 firewood 4", Walls = "mud_and_poles 9 mud_brick 1", Roof = "thatch 9 plastic 1", Electricity = 0.01,
            Score = (24, 7), Size = (7.6, 2), Age = (42, 11), Income = 90, Land = (0.3, 0.3), Livestock = (14, 5), ToWater = (48, 15), Phones = (0.7, 0.6), Hunger = (4, 1.6), ToClinic = (150, 45),
        },
        new("fishers", 0.13)
        {
            Region = "Lakeshore 9 Southern 1", Education = "primary 7 none 3", Livelihood = "fishing 9 own_business 1", Water = "lake 8 protected_well 2", Sanitation = "pit_latrine 7 none 3",
            Fuel = "firewood 6 charcoal 4", Walls = "mud_and_poles 6 mud_brick 4", Roof = "thatch 8 iron_sheets 2", Electricity = 0.1,
            Score = (33, 8), Size = (6.1, 1.7), Age = (38, 9), Income = 110, Land = (0.4, 0.3), Livestock = (0.8, 0.7), ToWater = (7, 4), Phones = (1.2, 0.6), Hunger = (2.4, 1.2), ToClinic = (60, 22),
        },
        new("estate_workers", 0.11)
        {
            Region = "Highlands 8 Southern 2", Education = "primary 8 secondary 2", Livelihood = "wage_job 8 day_labour 2", Water = "standpipe 9 piped 1", Sanitation = "shared_latrine 8 pit_latrine 2",
            Fuel = "firewood 8 charcoal 2", Walls = "burnt_brick 9 cement_block 1", Roof = "iron_sheets 8 tiles 2", Electricity = 0.2,
            Score = (44, 7), Size = (4.9, 1.5), Age = (35, 8), Income = 95, Land = (0.1, 0.1), Livestock = (0.3, 0.4), ToWater = (5, 3), Phones = (1.3, 0.6), Hunger = (2, 1.1), ToClinic = (30, 12),
        },
        new("elders_on_remittances", 0.1)
        {
            Region = "Southern 5 Central 4 Highlands 1", Education = "primary 6 none 4", Livelihood = "remittances 8 own_farm 2", Water = "protected_well 7 borehole 3", Sanitation = "pit_latrine 9 none 1",
            Fuel = "firewood 7 charcoal 3", Walls = "burnt_brick 8 mud_brick 2", Roof = "iron_sheets 9 thatch 1", Electricity = 0.2,
            Score = (52, 9), Size = (2.2, 0.8), Age = (67, 7), Income = 120, Land = (0.9, 0.4), Livestock = (0.6, 0.6), ToWater = (14, 6), Phones = (1.1, 0.5), Hunger = (1.2, 0.9), ToClinic = (55, 20),
        },
    ];

    /// <summary>The names of the ways of living, in the order of <see cref="SurveyRow.Group"/>.</summary>
    public static IReadOnlyList<string> Groups { get; } = [.. Profiles.Select(profile => profile.Name)];

    /// <summary>Invents rows. Enumerating again gives the same ones. Time: a few microseconds each.</summary>
    /// <param name="count">How many, 0 to 999,999.</param>
    /// <param name="seed">The same seed gives the same rows.</param>
    public static IEnumerable<SurveyRow> Generate(int count, int seed)
    {
        Random random = new(seed);
        for (int i = 1; i <= count; i++)
        {
            int group = Draw(random, Profiles.Select(profile => profile.Share));
            yield return new SurveyRow(group, Answers(Profiles[group], i, random));
        }
    }

    /// <summary>Writes rows as CSV, with the name of the group that each was made as in a last column, <c>made_as</c>, which is none of the survey's.</summary>
    public static async Task WriteAsync(IEnumerable<SurveyRow> rows, Stream stream)
    {
        await using StreamWriter text = new(stream, leaveOpen: true);
        CsvWriter writer = new(text, raw: true);
        writer.Write([.. Columns, "made_as"]);
        foreach (SurveyRow row in rows)
        {
            writer.Write([.. row.Answers, Groups[row.Group]]);
        }
    }

    private static string[] Answers(SurveyProfile profile, int number, Random random)
    {
        string region = Pick(profile.Region, random);
        int size = Whole(profile.Size, random, 1, 18);
        int children = Math.Clamp((int)Math.Round((size - 1) * (0.2 + (0.5 * random.NextDouble()))), 0, size - 1);
        double income = profile.Income * Math.Exp(0.45 * Normal(random)) * (random.NextDouble() < ZeroTooMany ? 10 : 1);
        int village = (int)(VillagesOfRegion * Math.Pow(random.NextDouble(), 2));
        return
        [
            FormattableString.Invariant($"HH-{number:000000}"),
            FirstDay.AddDays(random.Next(120)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            FormattableString.Invariant($"E{1 + random.Next(24):00}"),
            region,
            FormattableString.Invariant($"{region} village {village + 1}"),
            Told(random, Whole(profile.Score, random, 0, 100)),
            Told(random, size),
            Told(random, children),
            Told(random, Whole(profile.Age, random, 18, 95)),
            Told(random, Pick(profile.Education, random)),
            Told(random, Pick(profile.Livelihood, random)),
            Told(random, Math.Round(income)),
            Told(random, Fraction(profile.Land, random, 2)),
            Told(random, Fraction(profile.Livestock, random, 1)),
            Told(random, Pick(profile.Water, random)),
            Told(random, Whole(profile.ToWater, random, 0, 240)),
            Told(random, Pick(profile.Sanitation, random)),
            Told(random, Pick(profile.Fuel, random)),
            Told(random, Pick(profile.Walls, random)),
            Told(random, Pick(profile.Roof, random)),
            random.NextDouble() < profile.Electricity ? "true" : "false",
            Told(random, Whole(profile.Phones, random, 0, 9)),
            Told(random, Whole(profile.Hunger, random, 0, 12)),
            Told(random, Whole(profile.ToClinic, random, 1, 480)),
        ];
    }

    private static string Told<T>(Random random, T value)
        where T : IFormattable => Told(random, value.ToString(null, CultureInfo.InvariantCulture));

    private static string Told(Random random, string value) => random.NextDouble() < MissingShare ? "" : value;

    private static double Fraction((double Mean, double Deviation) of, Random random, int digits) => Math.Round(Math.Max(0, of.Mean + (of.Deviation * Normal(random))), digits);

    private static int Whole((double Mean, double Deviation) of, Random random, int lowest, int highest) =>
        Math.Clamp((int)Math.Round(of.Mean + (of.Deviation * Normal(random))), lowest, highest);

    private static string Pick(string choices, Random random)
    {
        string[][] pairs = [.. choices.Split(' ').Chunk(2)];
        return pairs[Draw(random, pairs.Select(pair => double.Parse(pair[1], CultureInfo.InvariantCulture)))][0];
    }

    private static int Draw(Random random, IEnumerable<double> weights)
    {
        double[] all = [.. weights];
        double at = random.NextDouble() * all.Sum();
        for (int i = 0; i < all.Length - 1; i++)
        {
            at -= all[i];
            if (at < 0)
            {
                return i;
            }
        }

        return all.Length - 1;
    }

    // Box and Muller 1958.
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

/// <summary>A row of the survey.</summary>
/// <param name="Group">Which way of living it was made as; the survey itself does not say.</param>
/// <param name="Answers">Its cells, in the order of <see cref="DemoSurvey.Columns"/>; empty where the question was not answered.</param>
internal sealed record SurveyRow(int Group, IReadOnlyList<string> Answers);

/// <summary>A way of living: what its households answer. Choices are words, each with its weight behind it; numbers are normal, as mean and standard deviation; the income is log-normal around its median.</summary>
internal sealed record SurveyProfile(string Name, double Share)
{
    public required string Region { get; init; }

    public required string Education { get; init; }

    public required string Livelihood { get; init; }

    public required string Water { get; init; }

    public required string Sanitation { get; init; }

    public required string Fuel { get; init; }

    public required string Walls { get; init; }

    public required string Roof { get; init; }

    public required double Electricity { get; init; }

    public required (double Mean, double Deviation) Score { get; init; }

    public required (double Mean, double Deviation) Size { get; init; }

    public required (double Mean, double Deviation) Age { get; init; }

    public required double Income { get; init; }

    public required (double Mean, double Deviation) Land { get; init; }

    public required (double Mean, double Deviation) Livestock { get; init; }

    public required (double Mean, double Deviation) ToWater { get; init; }

    public required (double Mean, double Deviation) Phones { get; init; }

    public required (double Mean, double Deviation) Hunger { get; init; }

    public required (double Mean, double Deviation) ToClinic { get; init; }
}
