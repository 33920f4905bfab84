using System.Collections.Immutable;
using static HaConnect.Failover.FailoverRules;

namespace HaConnect.Failover;

/// <summary>
/// Who of the standbys should have to ack from now on, where that is others than the row in force says. One change at a time, each of
/// which keeps some of those before, or needs a majority to accept that there are none (docs/adr/0042). Pure.
/// </summary>
/// <param name="Required">How many must flush a commit before it is acked; 0 where the primary takes writes alone.</param>
/// <param name="Standbys">Of whom.</param>
/// <param name="Sentence">Why.</param>
internal sealed record Membership(int Required, ImmutableArray<string> Standbys, string Sentence)
{
    /// <summary>The change that is due, or null.</summary>
    internal static Membership? Change(FailoverState s)
    {
        if (s is not { StopRequested: false, IsPaused: false, EstablishedIsEverywhere: true, Established: { } row, Verdict.Kind: Detection.VerdictKind.Healthy, PrimaryState.Record: { InRecovery: false } own }
            || s.Settings.Required == 0 || own.EstablishedTerm?.Term != row.Term || Contender(s) is not null)
        {
            return null;
        }

        return row.Required == 0 ? StepUp(s) : Join(s, row) ?? Drop(s, row) ?? StepDown(s, row);
    }

    private static Membership? StepUp(FailoverState s)
    {
        var ready = Ready(s);
        return ready.Length >= s.Settings.Required
            ? new(s.Settings.Required, ready, $"{List(ready)} has caught up, and commits wait for it again")
            : null;
    }

    private static Membership? Join(FailoverState s, Probing.TermRow row)
    {
        var joining = Ready(s).Except(row.SynchronousStandbys, StringComparer.Ordinal).ToList();
        return joining.Count > 0
            ? new(row.Required, [.. row.SynchronousStandbys, .. joining], $"{List(joining)} streams, and may ack from now on")
            : null;
    }

    /// <summary>A failover needs all that are named, and leaves one of them less: those that stay must be enough for it.</summary>
    private static Membership? Drop(FailoverState s, Probing.TermRow row)
    {
        var lost = row.SynchronousStandbys.Where(n => !IsWanted(s, n) || IsGone(s, n, s.Settings.DropStandbyAfter)).ToList();
        ImmutableArray<string> rest = [.. row.SynchronousStandbys.Except(lost, StringComparer.Ordinal)];
        return lost.Count > 0 && rest.Length > row.Required
            ? new(row.Required, rest, $"{List(lost)} does not stream, or is to be left out, and a failover shall not depend on it")
            : null;
    }

    private static Membership? StepDown(FailoverState s, Probing.TermRow row) =>
        s.Settings.DegradeAfter is { } limit && row.SynchronousStandbys.Count(n => !IsGone(s, n, limit)) < row.Required
            ? new(0, [], $"{row.Required} of {List(row.SynchronousStandbys)} would have to ack, and has not streamed for {limit}: {row.Primary} takes writes alone, and there is no failover, until one has caught up")
            : null;

    private static ImmutableArray<string> Ready(FailoverState s) =>
        [.. s.Settings.DataNodes.Select(n => n.Name).Where(n => n != s.Established!.Primary && IsWanted(s, n) && s.Streams.GetValueOrDefault(n).IsSteady)];

    private static bool IsWanted(FailoverState s, string node) =>
        s.Settings.DataNodes.Any(n => n.Name == node && n.IsSynchronous) && !s.Pauses.Maintained.Contains(node, StringComparer.Ordinal);

    private static bool IsGone(FailoverState s, string node, TimeSpan limit) => s.Streams.GetValueOrDefault(node).IsGoneFor(limit, s.PrimaryState!.Record!);

    private static string List(IEnumerable<string> nodes) => string.Join(", ", nodes);
}
