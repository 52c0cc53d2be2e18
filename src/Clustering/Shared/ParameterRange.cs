namespace Pipeline.Clustering;

/// <summary>Refuses parameters that are out of range.</summary>
internal static class ParameterRange
{
    /// <summary>Requires a parameter to be in its range.</summary>
    /// <param name="holds">Whether it is.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="range">What it must be, in words.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not; the message names the parameter, its value and its range.</exception>
    public static void Require(bool holds, string name, object? value, string range)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name} is {value}; it must be {range}."));
        }
    }
}
