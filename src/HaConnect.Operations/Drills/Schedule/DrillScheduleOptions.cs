namespace HaConnect.Operations;

/// <summary>How an application's own drills are scheduled.</summary>
public sealed class DrillScheduleOptions
{
    internal static readonly TimeSpan LeastCadence = TimeSpan.FromHours(1);
    internal static readonly TimeSpan MostCadence = TimeSpan.FromDays(366);
    internal static readonly TimeSpan LeastCheckInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long after one that was passed the next one is begun. Default 42 days, which two in any 3 months need; 1 h to 366 days.</summary>
    public TimeSpan Cadence { get; set; } = TimeSpan.FromDays(42);

    /// <summary>How long after one that was not passed, or never came to an end, another is begun. Default 1 day; 1 min up to <see cref="Cadence"/>.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often it is looked whether one is due. Default 1 min; 1 s up to <see cref="Cadence"/>.</summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether one may be begun at a moment, in UTC; what is due is postponed until then. Default null: at any.</summary>
    public Func<DateTimeOffset, bool>? MayBeginAt { get; set; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its bounds.</exception>
    internal void Validate()
    {
        Require(Cadence >= LeastCadence && Cadence <= MostCadence, nameof(Cadence), Cadence, $"{LeastCadence} to {MostCadence}");
        Require(RetryAfter >= TimeSpan.FromMinutes(1) && RetryAfter <= Cadence, nameof(RetryAfter), RetryAfter, $"1 min up to Cadence ({Cadence})");
        Require(CheckInterval >= LeastCheckInterval && CheckInterval <= Cadence, nameof(CheckInterval), CheckInterval, $"{LeastCheckInterval} up to Cadence ({Cadence})");
    }

    private static void Require(bool holds, string name, object value, string bounds)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"DrillScheduleOptions.{name} must be {bounds}.");
    }
}
