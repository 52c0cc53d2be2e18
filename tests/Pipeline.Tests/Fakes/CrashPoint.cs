namespace Pipeline.Tests.Fakes;

/// <summary>Ends a piece of work at one of its steps, before or after what the step does, as a kill of the process would.</summary>
internal sealed class CrashPoint(int step)
{
    private int _left = step;

    /// <summary>Whether the work was ended.</summary>
    public bool Happened { get; private set; }

    /// <summary>A step of the work: it has two places to crash.</summary>
    public async Task<T> StepAsync<T>(Func<Task<T>> step)
    {
        Pass();
        T result = await step();
        Pass();
        return result;
    }

    private void Pass()
    {
        if (--_left == 0)
        {
            Happened = true;
        }

        // What is left of the work once the process is gone does nothing either.
        if (Happened)
        {
            throw new CrashException();
        }
    }
}

/// <summary>The process was killed.</summary>
internal sealed class CrashException() : Exception("The process was killed.");
