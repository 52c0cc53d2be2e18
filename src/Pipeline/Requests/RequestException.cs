namespace Pipeline.Requests;

/// <summary>A request cannot be served as it is. The message and the fields' errors say what is wrong and how to mend it.</summary>
public sealed class RequestException : ArgumentException
{
    /// <summary>Makes the exception without a message of its own.</summary>
    public RequestException()
    {
    }

    /// <summary>Makes the exception of an invalid request without naming a field.</summary>
    public RequestException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception of an invalid request with its cause.</summary>
    public RequestException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="message">What is wrong and how to mend it.</param>
    /// <param name="errors">The same field by field; null where no field is to blame.</param>
    public RequestException(RequestProblem problem, string message, IReadOnlyDictionary<string, string[]>? errors = null)
        : base(message)
    {
        Problem = problem;
        Errors = errors ?? new Dictionary<string, string[]>(StringComparer.Ordinal);
    }

    /// <summary>What is wrong.</summary>
    public RequestProblem Problem { get; }

    /// <summary>What is wrong with each field, by the field's name; empty where no field is to blame.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    /// <summary>A field that is malformed or outside its range.</summary>
    public static RequestException Invalid(string field, string message) => new(RequestProblem.Invalid, message, Single(field, message));

    /// <summary>A field that names something unknown.</summary>
    public static RequestException NotFound(string field, string message) => new(RequestProblem.NotFound, message, Single(field, message));

    private static Dictionary<string, string[]> Single(string field, string message) => new(StringComparer.Ordinal) { [field] = [message] };
}

/// <summary>What is wrong with a request.</summary>
public enum RequestProblem
{
    /// <summary>It is malformed, or a field is outside its range.</summary>
    Invalid,

    /// <summary>What it asks for is not there.</summary>
    NotFound,

    /// <summary>It does not fit the present state.</summary>
    Conflict,

    /// <summary>Its body is longer than is read.</summary>
    TooLarge,

    /// <summary>It is right, and what is stored does not suffice to answer it.</summary>
    Unprocessable,

    /// <summary>It is right, and the caller may not be answered.</summary>
    Forbidden,
}
