namespace HaConnect.Operations;

/// <summary>How an application verifies its cluster by itself.</summary>
public sealed class VerificationScheduleOptions
{
    private static readonly TimeSpan s_most = TimeSpan.FromDays(366);

    /// <summary>From the end of one verification to the begin of the next. Default 1 day; 1 s to 366 days.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>From the start of the application to the first one. Default 5 min; 0 to 366 days.</summary>
    public TimeSpan FirstAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>As whom it reads, for instance the verifier of docs/operations/roles.md. Default null: as the application.</summary>
    public string? Username { get; set; }

    /// <summary>That role's password. Default null: from <c>PGPASSWORD</c>, <c>PGPASSFILE</c> or <c>~/.pgpass</c>.</summary>
    public string? Password { get; set; }

    /// <summary>What is compared, how gently, and how much is shown. Its clock is the application's; each primary and standby have their own file to resume from, with both names at the end.</summary>
    public VerificationOptions Verification { get; } = new();

    /// <summary>
    /// Is called with each report: of the primary and each standby in turn. What it throws is logged. Default null.
    /// </summary>
    public Func<VerificationReport, CancellationToken, Task>? OnReport { get; set; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its bounds.</exception>
    internal void Validate()
    {
        Require(Interval >= TimeSpan.FromSeconds(1) && Interval <= s_most, nameof(Interval), Interval, "1 s to 366 days");
        Require(FirstAfter >= TimeSpan.Zero && FirstAfter <= s_most, nameof(FirstAfter), FirstAfter, "0 to 366 days");
        Verification.Validate();
    }

    private static void Require(bool holds, string name, TimeSpan value, string bounds)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"VerificationScheduleOptions.{name} must be {bounds}.");
    }
}
