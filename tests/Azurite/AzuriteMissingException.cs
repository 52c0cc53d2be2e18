namespace Pipeline.TestSupport;

/// <summary>Azurite cannot be had on this machine.</summary>
internal sealed class AzuriteMissingException(string message, Exception? innerException = null) : Exception(message, innerException);
