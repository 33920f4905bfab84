namespace HaConnect.Operations.Integrity;

/// <summary>How much a statement reads, so that it runs for about as long as it should.</summary>
internal sealed class PartSize(long first, long least, long most, TimeSpan target)
{
    private const double MostGrowth = 2;
    private const double LeastGrowth = 0.25;

    private long _current = Math.Clamp(first, least, most);

    internal long Current => Volatile.Read(ref _current);

    /// <param name="size">How much was read.</param>
    /// <param name="took">For how long the slower side ran.</param>
    internal void Learn(long size, TimeSpan took)
    {
        var growth = Math.Clamp(target / TimeSpan.FromTicks(Math.Max(took.Ticks, 1)), LeastGrowth, MostGrowth);
        Volatile.Write(ref _current, Math.Clamp((long)(size * growth), least, most));
    }
}
