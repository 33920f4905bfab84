namespace HaConnect.Operations.Drills.History;

/// <summary>
/// When a requirement is met, and when the next drill is due. The span ends now and begins as many months before, its begin excluded: what was passed exactly so long ago counts no
/// more. ADR 72. Pure.
/// </summary>
internal static class DrillRule
{
    /// <param name="requirement">What is demanded.</param>
    /// <param name="passed">When those that count began, in any order.</param>
    /// <param name="since">Since when it is demanded; null where nobody knows, so that it is demanded at once.</param>
    /// <param name="now">This moment.</param>
    internal static DrillStanding Of(DrillRequirement requirement, IEnumerable<DateTimeOffset> passed, DateTimeOffset? since, DateTimeOffset now)
    {
        var newest = passed.Where(at => at <= now).Select(at => at.ToUniversalTime()).OrderDescending().ToList();
        var count = newest.TakeWhile(at => EndOf(at, requirement) > now).Count();
        var grace = since is { } begin ? EndOf(begin.ToUniversalTime(), requirement) : DateTimeOffset.MinValue;

        // The drill whose leaving would leave too few: as many are newer as are demanded, but one.
        var leaves = newest.Count >= requirement.Times ? EndOf(newest[requirement.Times - 1], requirement) : DateTimeOffset.MinValue;
        var due = leaves > grace ? leaves : grace;
        return new DrillStanding(requirement)
        {
            Passed = count,
            LastPassed = newest.Count > 0 ? newest[0] : null,
            Due = due == DateTimeOffset.MinValue ? null : due,
            IsOverdue = due <= now,
        };
    }

    /// <summary>Until when a drill counts. Where the month has no such day, until the month's last.</summary>
    private static DateTimeOffset EndOf(DateTimeOffset at, DrillRequirement requirement) => at.AddMonths(requirement.Months);
}
