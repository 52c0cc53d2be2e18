using System.Globalization;

namespace Pipeline.Cli.Demo;

/// <summary>
/// The particulars of one incident: who, where, which machine. They stay the same throughout it; only amounts, dates and network addresses are drawn anew.
/// Addresses, numbers and domains are from the ranges reserved for documentation, tests and fiction.
/// </summary>
internal sealed class DemoSlots
{
    private static readonly string[] FirstNames = ["John", "Maria", "Peter", "Anna", "Ahmed", "Julia", "Tomasz", "Sofia", "Wei", "Priya", "Lukas", "Emma", "Carlos", "Ingrid", "Yuki", "Olena", "Pierre", "Fatima", "Jens", "Chiara"];
    private static readonly string[] LastNames = ["Smith", "Keller", "Novak", "Garcia", "Tanaka", "Okafor", "Larsen", "Rossi", "Kowalski", "Dubois", "Patel", "Schmidt", "Jones", "Moreau", "Silva", "Horvath", "Nguyen", "Brown", "Weber", "Lindqvist"];
    private static readonly string[] Sites = ["London", "Berlin", "Madrid", "Krakow", "Lyon", "Milan", "Chicago", "Singapore", "Rotterdam", "Vienna"];
    private static readonly string[] SiteCodes = ["ldn", "ber", "mad", "krk", "lys", "mil", "chi", "sgp", "rtm", "vie"];
    private static readonly string[] Departments = ["finance", "sales", "logistics", "legal", "hr", "purchasing", "marketing", "quality", "research", "controlling"];
    private static readonly string[] JobPrefixes = ["FI_CLOSE", "MM_STOCK", "SD_BILLING", "HR_PAY", "DWH_LOAD", "BKP_DAILY", "CRM_SYNC", "CO_ALLOC"];
    private static readonly string[] ErrorCodes = ["0x80070005", "0x800F081F", "0xC0000225", "ERR-1042", "E_FAIL 4001", "AADSTS50076", "0x87D1041C", "HTTP 502", "RC=16", "CAA2000B"];
    private static readonly string[] TestCards = ["4111 1111 1111 1111", "5555 5555 5555 4444", "4242-4242-4242-4242", "378282246310005"];

    private readonly Random _random;
    private readonly DateTimeOffset _created;
    private readonly int _site;
    private readonly string _firstName;
    private readonly string _lastName;
    private readonly Dictionary<string, string> _drawn = new(StringComparer.Ordinal);

    public DemoSlots(Random random, DateTimeOffset created)
    {
        (_random, _created) = (random, created);
        _site = random.Next(Sites.Length);
        _firstName = Pick(FirstNames);
        _lastName = Pick(LastNames);
    }

    /// <summary>The reporter's full name.</summary>
    public string Name => $"{_firstName} {_lastName}";

    /// <summary>Text for a slot of a template.</summary>
    /// <exception cref="ArgumentException">There is no such slot.</exception>
    public string Fill(ReadOnlySpan<char> slot)
    {
        if (slot is "n" or "big" or "pct" or "date" or "ip" or "phone")
        {
            return Draw(slot);
        }

        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> drawn = _drawn.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!drawn.TryGetValue(slot, out string? value))
        {
            value = Draw(slot);
            drawn[slot] = value;
        }

        return value;
    }

    private string Draw(ReadOnlySpan<char> slot) => slot switch
    {
        "name" => Name,
        "user" => string.Concat(_firstName.AsSpan(0, 1), _lastName).ToLowerInvariant(),
        "email" => $"{_firstName}.{_lastName}@example.{Pick(["com", "org", "net"])}".ToLowerInvariant(),
        "phone" => Phone(),
        "site" => Sites[_site],
        "dept" => Pick(Departments),
        "host" => Invariant($"{Pick(["srv", "app", "vm", "node"])}-{SiteCodes[_site]}-{_random.Next(1, 240):000}"),
        "pc" => Invariant($"{Pick(["LT", "PC", "NB"])}-{_random.Next(10_000, 99_999)}"),
        "printer" => Invariant($"PRN-{SiteCodes[_site].ToUpperInvariant()}-{_random.Next(1, 9)}-{_random.Next(1, 30):00}"),
        "db" => $"{Pick(["CRM", "ERP", "HRM", "WMS", "SHOP", "BI"])}{Pick(["PRD", "QAS", "DEV"])}{_random.Next(1, 9)}",
        "drive" => Pick(["G:", "H:", "P:", "S:", "T:"]),
        "ip" => Invariant($"{Pick(["10.12", "10.40", "192.168", "172.20"])}.{_random.Next(1, 250)}.{_random.Next(2, 254)}"),
        "ticket" => Invariant($"{Pick(["REQ", "RITM", "CHG", "INC"])}{_random.Next(10_000, 999_999):0000000}"),
        "job" => Invariant($"{Pick(JobPrefixes)}_{_random.Next(1, 400):0000}"),
        "code" => Pick(ErrorCodes),
        "ver" => Invariant($"{_random.Next(1, 12)}.{_random.Next(0, 10)}.{_random.Next(0, 20)}"),
        "n" => Invariant($"{_random.Next(2, 30)}"),
        "floor" => Invariant($"{_random.Next(1, 9)}"),
        "hours" => Pick(["4", "12", "24", "48"]),
        "big" => Invariant($"{_random.Next(100, 9_999)}"),
        "pct" => Invariant($"{_random.Next(85, 100)}"),
        "order" => Invariant($"{_random.NextInt64(4_500_000_000, 4_599_999_999)}"),
        "store" => Invariant($"{_random.Next(101, 180)}"),
        "line" => Invariant($"{Pick(["line", "press", "cell", "filler"])} {_random.Next(1, 14)}"),
        "time" => Invariant($"{_random.Next(0, 24):00}:{_random.Next(0, 12) * 5:00}"),
        "date" => _created.AddDays(-_random.Next(1, 9)).ToString(Pick(["yyyy-MM-dd", "dd.MM.yyyy", "MMMM d"]), CultureInfo.InvariantCulture),
        "card" => Pick(TestCards),
        _ => throw new ArgumentException($"The demo templates use the slot '{slot}', which does not exist.", nameof(slot)),
    };

    private string Phone() => _random.Next(3) switch
    {
        0 => Invariant($"+44 20 7946 0{_random.Next(1000):000}"),
        1 => Invariant($"+1 202 555 01{_random.Next(100):00}"),
        _ => Invariant($"+49 30 23125 {_random.Next(1000):000}"),
    };

    private string Pick(ReadOnlySpan<string> values) => values[_random.Next(values.Length)];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
