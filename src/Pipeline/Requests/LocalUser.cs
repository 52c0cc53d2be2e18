namespace Pipeline.Requests;

/// <summary>Who uses the program on this machine.</summary>
public static class LocalUser
{
    /// <summary>The name of the user that the process runs as; <c>unknown</c> where the system has none for it, as in a container whose user is a number alone.</summary>
    public static string Name { get; } = Read();

    private static string Read()
    {
        try
        {
            return Environment.UserName is { Length: > 0 } name ? name : "unknown";
        }
        catch (IOException)
        {
            return "unknown";
        }
    }
}
