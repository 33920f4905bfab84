namespace HaConnect.Operations;

/// <summary>
/// How often drills of a kind have to be passed: so many times in any span of so many months. Where that holds at every moment, it holds in every calendar quarter or year, too.
/// </summary>
/// <param name="Kind">The kind. For <see cref="DrillKind.Disaster"/> that is the loss of a site, or a restore of everything, recorded as such.</param>
/// <param name="Times">How many times; 1 to 100.</param>
/// <param name="Months">In how many months; 1 to 36.</param>
public sealed record DrillRequirement(DrillKind Kind, int Times, int Months)
{
    internal const int MostTimes = 100;
    internal const int MostMonths = 36;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its bounds.</exception>
    internal void Validate()
    {
        if (Times is < 1 or > MostTimes)
            throw OutOfRange(nameof(Times), Times, $"1 to {MostTimes}; to demand none, leave the requirement out");
        if (Months is < 1 or > MostMonths)
            throw OutOfRange(nameof(Months), Months, $"1 to {MostMonths}");
    }

    private ArgumentOutOfRangeException OutOfRange(string name, int value, string bounds) => new(name, value, $"DrillRequirement.{name} of {Kind} must be {bounds}.");
}
