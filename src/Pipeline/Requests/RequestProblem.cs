namespace Pipeline.Requests;

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
}
