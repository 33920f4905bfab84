using System.Runtime.InteropServices;

namespace HaConnect.Failover;

/// <summary>What the surveys have seen of a node's stream, without a break.</summary>
/// <param name="Streams">Whether it streams from the primary, almost as far as that.</param>
/// <param name="Since">The first time it was seen so, by the primary's clock.</param>
/// <param name="Surveys">How often it was seen so.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamSeen(bool Streams, DateTime Since, int Surveys)
{
    /// <summary>In how many surveys in a row something must be seen: one may come at a bad moment, and a clock may be set.</summary>
    private const int Enough = 2;

    internal bool IsSteady => Streams && Surveys >= Enough;

    internal bool IsGoneFor(TimeSpan limit, VoterRecord primary) => !Streams && Surveys > Enough && primary.Clock - Since >= limit;

    internal StreamSeen Next(bool streams, VoterRecord primary) => Surveys > 0 && streams == Streams ? this with { Surveys = Surveys + 1 } : new StreamSeen(streams, primary.Clock, 1);
}
