using Pipeline.Incidents;

namespace Pipeline.Audit;

/// <summary>Texts as the audit keeps them.</summary>
public static class AuditText
{
    /// <summary>How an incident is named: by the hash of its number, as the record of erasures does, so that nothing of an erased one is left.</summary>
    public static string OfIncident(string number) => OfHash(ErasedNumbers.HashOf(number));

    /// <summary>How an incident is named of whose number the hash is known, 64 hexadecimal digits.</summary>
    public static string OfHash(string hash) => $"incident sha256:{hash}";

    /// <summary>A text of at most so many characters, none of which is cut in half.</summary>
    internal static string Cut(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1)] + "…";
}
