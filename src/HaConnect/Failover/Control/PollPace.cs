namespace HaConnect.Failover;

/// <summary>The pauses of one wait at a server: short at first, since most of what is waited for is there within milliseconds, then longer.</summary>
internal sealed class PollPace(TimeProvider time)
{
    /// <summary>How many pauses there have been.</summary>
    internal int Count { get; private set; }

    /// <summary>Before what was seen once is looked at again, to be believed.</summary>
    internal Task PauseBeforeSecondLookAsync() => Task.Delay(TimeSpan.FromMilliseconds(5), time);

    /// <summary>Takes no token: a command that is called off notices it at its next statement, a moment later.</summary>
    internal Task PauseAsync() => Task.Delay(TimeSpan.FromMilliseconds(Count++ switch { < 10 => 2, < 100 => 5, _ => 25 }), time);
}
