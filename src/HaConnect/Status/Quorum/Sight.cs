namespace HaConnect.Status.Quorum;

/// <summary>Whether a voter is in sight of this instance.</summary>
internal enum Sight
{
    /// <summary>Not heard yet, or in doubt.</summary>
    Unknown,
    Seen,
    Missing,
}
