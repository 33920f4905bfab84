using HaConnect.Doctor;
using static HaConnect.Operations.Runbooks.RunbookText;

namespace HaConnect.Operations.Runbooks;

/// <summary>What can be done with too few nodes, and what must not.</summary>
internal static class QuorumPart
{
    internal static void Write(RunbookText text, RunbookFacts facts)
    {
        text.Heading(2, "D. Too few nodes are left");
        text.Row("Out of reach", "What can be done");
        text.Row("---", "---");
        if (facts.Required > 0)
        {
            text.Row("standbys, and the primary is well", FormattableString.Invariant($"Writes wait while fewer than {facts.Required} of those named stream. Bring a standby back (part C, for another node). Or go on alone, below."));
            text.Row($"the primary and one or more of {Names(facts.Ackers)}", "No failover without a loss: who is out of reach may be the only one with an acked write. Bring the primary or that standby back; its disk in another host will do. If it is lost for good, and both are certain to stay down, since together they could still ack: part B with the others. Whatever only it held is lost, and you have decided that.");
        }
        else if (facts.IsAlone)
        {
            text.Row("standbys, and the primary is well", "Writes go on. Bring a standby back (`haconnect runbook --lost STANDBY`); coordinators name it when it has caught up.");
            text.Row("the primary", "No failover without a loss: part B.");
        }
        else
        {
            text.Row("the primary and some standbys", "Part B with those in reach; whatever only the others held is lost.");
        }

        text.Row(FormattableString.Invariant($"{facts.Voters - facts.Majority + 1} or more of {facts.Voters} voters"), $"No coordinator is elected, and nothing is done by itself. Where the primary is among those in reach and commits are acked, applications that see too few voters refuse to write (`Failover.WithoutMajority`, docs/concepts/majority.md). Bring voters back{(facts.IsAlone ? "." : "; part B needs the standbys, not a majority, but HaConnect takes over only when a majority of the voters is back.")}");
        text.Row("everything", "Part E.");
        text.EndOfTable();
        text.Paragraph("What must not be done, whatever the hurry:");
        text.Paragraph(string.Join('\n',
        [
            "- Promote a second node where one has been promoted, or may have been. Two nodes promoted from one parent have the same timeline number, and nothing tells their data apart.",
            "- Start an old primary where clients reach it, or empty its `synchronous_standby_names`, or cancel a commit that waits there: each lets it answer for writes that the new primary does not have.",
            "- Change or delete rows of `haconnect.term` but for those of this page, or `haconnect.term` in `postgresql.auto.conf`: they are what keeps two nodes from both being the primary.",
            "- Count a standby as asked that was not cut off before it was asked.",
        ]));
        if (facts.IsAlone)
            text.Paragraph($"{Name(facts.Lost)} goes on alone already. There is one copy of what it has written since; if its disk is lost, so is that, and **no other node may be promoted until a standby has caught up**.");
        if (facts.Required == 0)
            return;
        text.Heading(3, $"D. {Name(facts.Lost)} goes on alone");
        text.Paragraph($"With every other data node down for long, and {Name(facts.Lost)} well. There is one copy of what is written then; if its disk is lost, so is that, and **no other node may be promoted until a standby has caught up**. `Failover.DegradeAfter` has coordinators do it with a majority's consent (docs/operations/degraded.md). By hand, with every coordinator stopped, since one that runs refuses to act on a cluster whose names do not agree with its record:");
        text.Commands("alone", Anywhere, $"{Shell.Psql(facts, facts.LostNode)} {Shell.Statements("ALTER SYSTEM SET synchronous_standby_names = '';\nSELECT pg_reload_conf();")}");
        var names = HaConnect.Failover.Promotion.SynchronousNames.Format(facts.Required, facts.Ackers);
        text.Paragraph("When the standbys stream and have caught up (`flush_lsn` as far as the primary's), back again, before any coordinator is started:");
        text.Commands("not-alone", Anywhere, $"{Shell.Psql(facts, facts.LostNode)} {Shell.Statements($"ALTER SYSTEM SET synchronous_standby_names = {SqlText.Literal(names)};\nSELECT pg_reload_conf();\nSELECT application_name, state, sync_state, flush_lsn, pg_current_wal_flush_lsn() AS primary_lsn FROM pg_stat_replication ORDER BY 1;")}");
    }
}
