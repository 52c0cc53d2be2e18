namespace Pipeline.Preprocessing;

/// <summary>What a preprocessing run did.</summary>
/// <param name="Read">Incidents read since the watermark.</param>
/// <param name="Stored">Incidents masked, embedded and stored.</param>
/// <param name="Embedded">Texts that were embedded: the others had an embedding already.</param>
/// <param name="DeadLetters">Incidents that could not be processed and were kept aside.</param>
public sealed record PreprocessOutcome(long Read, long Stored, long Embedded, long DeadLetters);
