namespace HaConnect.Doctor;

/// <summary>
/// How far a server's clock is ahead of this instance's, in seconds: between these two, since the answer was given somewhere between asking and
/// hearing it.
/// </summary>
internal sealed record ClockReading(double Least, double Most)
{
    /// <summary>By how much at least <paramref name="other"/> is off this one; zero where both may be the same.</summary>
    internal double ApartFrom(ClockReading other) => Math.Max(0, Math.Max(Least - other.Most, other.Least - Most));
}
