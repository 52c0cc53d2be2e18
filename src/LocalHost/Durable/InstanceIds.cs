namespace Pipeline.LocalHost.Durable;

/// <summary>What an instance may be called: the rules of Durable Functions, so that an id that works here works there.</summary>
internal static class InstanceIds
{
    private const int MaximumLength = 100;

    /// <summary>Refuses an id that breaks the rules.</summary>
    /// <exception cref="ArgumentException">The id is empty, longer than 100 characters, begins with @, or has one of / \ # ? or a control character.</exception>
    public static void Require(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId.Length > MaximumLength)
            throw new ArgumentException($"The instance id '{instanceId}' has {instanceId.Length} characters. At most {MaximumLength} are allowed.", nameof(instanceId));
        if (instanceId[0] == '@')
            throw new ArgumentException($"The instance id '{instanceId}' begins with '@'. Choose another first character.", nameof(instanceId));
        if (instanceId.Any(c => c is '/' or '\\' or '#' or '?' || char.IsControl(c)))
            throw new ArgumentException($"The instance id '{instanceId}' has one of / \\ # ? or a control character. Leave those out.", nameof(instanceId));
    }
}
