using System.Globalization;
using HaConnect.Failover;
using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>
/// Whether one voter, a data node or a witness, is in sight of this instance. Any answer of the server counts, an error and one that came
/// too late for its probe included: a server that is slow, full or does not let this instance in is not cut off from it. Immutable; one
/// probe makes the next.
/// </summary>
internal sealed record VoterSight(string Name)
{
    /// <summary>It has answered, and no probe has failed since.</summary>
    internal bool IsHeard => WasHeard && SilentSince is null;

    private bool WasHeard { get; init; }

    /// <summary>When the first of the probes was sent that failed since it was last heard.</summary>
    private long? SilentSince { get; init; }

    private int FailuresInARow { get; init; }

    private ProbeFailure? Failure { get; init; }

    private Register? Register { get; init; }

    private long RegisterSeenAt { get; init; }

    /// <summary>The same object where nothing is new, which is the rule.</summary>
    internal VoterSight Heard() => IsHeard ? this : this with { WasHeard = true, SilentSince = null, FailuresInARow = 0, Failure = null };

    /// <inheritdoc cref="Heard()"/>
    /// <param name="register">Its own record; null where it has none, or it may not be read.</param>
    /// <param name="sentAt">When the probe was sent that showed it.</param>
    internal VoterSight Heard(Register? register, long sentAt)
    {
        var heard = Heard();
        return register == Register ? heard : heard with { Register = register, RegisterSeenAt = sentAt };
    }

    internal VoterSight Missed(ProbeFailure failure, long sentAt) =>
        failure.ProvesServer ? Heard() : this with { SilentSince = SilentSince ?? sentAt, FailuresInARow = FailuresInARow + 1, Failure = failure };

    /// <summary>
    /// When the first probe was sent that failed, or that showed another primary; null while it is in sight, and while that is in doubt.
    /// </summary>
    internal long? OutOfSightSince(TermRow inForce, int timeoutsUntilUnreachable)
    {
        if (SilentSince is { } since)
            return Failure!.Kind is ProbeFailureKind.Refused or ProbeFailureKind.Misconfigured || FailuresInARow >= timeoutsUntilUnreachable ? since : null;
        return HasGoneOver(inForce) ? RegisterSeenAt : null;
    }

    /// <summary>Of one that is out of sight, as a clause for people.</summary>
    internal string Why => Failure?.Message ?? string.Create(CultureInfo.InvariantCulture, $"it has accepted {Register?.Accepted.Node} as the primary of term {Register?.Accepted.Term}");

    /// <summary>It answers, but has accepted another primary in a later term, of which this instance may see nothing else.</summary>
    private bool HasGoneOver(TermRow inForce) => Register is { } r && r.Accepted.Term > inForce.Term && r.Accepted.Node != inForce.Primary;
}
