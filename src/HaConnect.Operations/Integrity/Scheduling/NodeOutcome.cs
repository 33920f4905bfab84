using System.Runtime.InteropServices;

namespace HaConnect.Operations.Integrity;

/// <summary>What is known of a node from all verifications. Pure.</summary>
/// <param name="Rate">The rate of the last one that came to a verdict; null before the first.</param>
/// <param name="At">When that ended, in unix time; 0 before the first.</param>
/// <param name="Different">What differs; null while nothing is known of it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeOutcome(double? Rate, double At, long? Different)
{
    /// <summary>A report without a verdict is no news of what is equal, but what it found different is.</summary>
    internal NodeOutcome With(VerificationReport report, DateTimeOffset at)
    {
        var found = report.DifferentRows + report.Notes.Count(n => n.Kind == VerificationNoteKind.Difference);
        if (report.Verdict != VerificationVerdict.Unknown)
            return new NodeOutcome(report.Rate, at.ToUnixTimeMilliseconds() / 1000.0, found);
        return found > 0 ? this with { Different = Math.Max(found, Different ?? 0) } : this;
    }
}
