using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>
/// The reign of one primary: samples of its WAL position are comparable within one epoch only. <paramref name="Term"/> is null in
/// an unmanaged cluster.
/// </summary>
internal sealed record Epoch(Node Primary, TermRow? Term, int Timeline, DateTime StartTime)
{
    public bool Equals(Epoch? other) =>
        other is not null && ReferenceEquals(Primary, other.Primary) && Term?.Term == other.Term?.Term && Timeline == other.Timeline && StartTime == other.StartTime;

    public override int GetHashCode() => HashCode.Combine(Primary, Term?.Term, Timeline, StartTime);
}
