using HaConnect.Doctor;
using static HaConnect.Operations.Runbooks.RunbookText;

namespace HaConnect.Operations.Runbooks;

/// <summary>The failover by hand: the steps of a coordinator, in its order.</summary>
internal static class FailoverPart
{
    internal static void Write(RunbookText text, RunbookFacts facts)
    {
        var lost = facts.LostNode;
        if (facts.IsAlone)
        {
            Refuse(text, facts);
            return;
        }

        text.Heading(2, $"B. Failover from {Name(lost.Name)}");
        text.Paragraph("In this order, and each step to its end. Until B5 everything can be taken back (B6).");

        text.Heading(3, "B1. Stop every instance of HaConnect that coordinates");
        text.Paragraph("All applications with `Failover.Mode = Coordinate`, and every `haconnect agent`. A coordinator at work would cut the standbys off, point them elsewhere or promote one itself, between any two of these steps. A pause is no way: it is written on the primary, and that is lost. Applications that only observe may go on; they write nowhere until B5 is done.");

        text.Heading(3, $"B2. See that {Name(lost.Name)} is dead");
        text.Paragraph("Stop it, and keep it from being started again (service manager, restart policy of a container). If its host cannot be reached, switch its power or its network off" + (facts.FencingCommand is { } command ? $"; the program of the settings does that: {Name(command)} (docs/operations/fencing.md)." : "."));
        StopCommand(text, "stop-old", lost);
        text.Paragraph(facts.Required == 0
            ? "**Do not go on before it is certain that it is down:** replication is asynchronous, so that it goes on acking writes to whoever reaches it, and all of these are lost."
            : "Where that cannot be made certain, B3 does for the writes: without the standbys it acks nothing more. It still answers reads then, with old data.");

        CutOff(text, facts);
        Positions(text, facts);
        Promote(text, facts);
        TakeBack(text, facts);
        TakeOver(text, facts);
    }

    private static void Refuse(RunbookText text, RunbookFacts facts)
    {
        var lost = Name(facts.Lost);
        text.Heading(2, $"B. No failover from {lost}");
        text.Paragraph(FormattableString.Invariant($"{lost} takes writes alone, by term {facts.Term!.Term}: **no other node may be promoted without losing what was written since, until a standby has caught up.** Coordinators refuse it, and there are no commands for it here."));
        text.Paragraph($"Get {lost} back: start it, or put its disk into another host at the same address. It goes on as the primary, and once a standby has caught up coordinators name it in a later term; write this anew then. If its data are gone for good, what it wrote alone is, too: to go on without them is part E, knowingly.");
    }

    internal static void StopCommand(RunbookText text, string step, RunbookNode node) =>
        text.Commands(step, node.Name, $"{HostCommands.Folder(node)}\nif pg_ctl -D \"$data\" status; then pg_ctl -D \"$data\" -m immediate stop; fi");

    private static void CutOff(RunbookText text, RunbookFacts facts)
    {
        text.Heading(3, "B3. Cut the standbys off");
        text.Paragraph($"Every standby that can be reached, at least {Needed(facts)}. {(facts.Required == 0 ? "What is read in B4 then stays true." : $"Once B4 shows that they receive nothing, {Name(facts.Lost)} can ack nothing more, and what is read there stays true.")}");
        foreach (var node in facts.Standbys)
            text.Commands($"cut-off {Step(node.Name)}", Anywhere, $"{Shell.Psql(facts, node)} {Shell.Statements("ALTER SYSTEM SET primary_conninfo = '';\nSELECT pg_reload_conf();")}");
    }

    private static string Needed(RunbookFacts facts) => facts.Required == 0
        ? FormattableString.Invariant($"{facts.ToBeAsked} of {facts.Nodes.Count - 1}, and better all: the furthest loses least")
        : FormattableString.Invariant($"{facts.ToBeAsked} of {Names(facts.Ackers)}; **with fewer, stop here** (B6, and part D)");

    private static void Positions(RunbookText text, RunbookFacts facts)
    {
        text.Heading(3, "B4. Find the one that is furthest");
        text.Paragraph("Repeat it until every node says `standby` t, `receives` f, and its `replayed` has reached `received` or stands still.");
        var terms = !facts.RecordsTerms ? "" : "\nSELECT term, primary_node, required, synchronous_standbys, established_lsn IS NOT NULL AS established\n  FROM haconnect.term ORDER BY term DESC LIMIT 2;";
        var term = !facts.RecordsTerms ? "0" : "(SELECT max(term) FROM haconnect.term)";
        foreach (var node in facts.Standbys)
        {
            text.Commands($"position {Step(node.Name)}", Anywhere, $"{Shell.Psql(facts, node)} {Shell.Statements($"""
                SELECT {SqlText.Literal(node.Name)} AS node, {term} AS term, greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) AS received,
                       pg_last_wal_replay_lsn() AS replayed, pg_is_in_recovery() AS standby, EXISTS (SELECT FROM pg_stat_wal_receiver) AS receives;{terms}
                """)}");
        }

        text.Paragraph("**Promote the one of the highest `term`; of several, the one of the highest `received`** (0/A000000 is more than 0/9FFFFFFF: compare the part before the slash as a hexadecimal number, then the part behind it). Positions of different terms say nothing about each other. Of equal ones, take which you like.");
        if (facts.Term is null && facts.RecordsTerms)
            text.Paragraph("**Whether there are terms was not seen** when this was written. Where `haconnect.term` does not exist in that database, leave out all that reads or writes it: no coordinator manages the cluster then, and who has to ack is what `synchronous_standby_names` said at the lost node.");
        if (facts.RecordsTerms)
            text.Paragraph("The second table says who had to ack, as that node knows it. Where it differs from part A, it holds and not this page: **every** name in `synchronous_standbys` of the newest row, and of the newest with `established` t where that is another, has to be among those cut off. A `primary_node` that is empty means that coordination was given up: then leave the term out in B5.");
    }

    private static void Promote(RunbookText text, RunbookFacts facts)
    {
        foreach (var primary in facts.Standbys)
        {
            var others = facts.Standbys.Where(n => n.Name != primary.Name).ToList();
            text.Heading(3, $"B5. Promote {Name(primary.Name)}");
            text.Paragraph($"First whom its commits wait for, then the promotion: so it acks nothing that no standby holds.{Waits(facts, primary)}");
            text.Commands($"names {Step(primary.Name)}", Anywhere, $"{Shell.Psql(facts, primary)} {Shell.Statements($"ALTER SYSTEM SET synchronous_standby_names = {SqlText.Literal(facts.SynchronousNamesOf(primary))};\nALTER SYSTEM RESET default_transaction_read_only;\nSELECT pg_reload_conf();\nSELECT pg_sleep(1);\nSHOW synchronous_standby_names;")}");
            text.Commands($"promote {Step(primary.Name)}", Anywhere, $"{Shell.Psql(facts, primary)} {Shell.Statements("SELECT pg_promote(true, 60) AS promoted, pg_is_in_recovery() AS standby;")}");
            if (facts.RecordsTerms)
            {
                text.Paragraph("Put it on record, before any standby follows: by this HaConnect knows the new primary, and that the old one is old. The term is one above all that any voter knows of; a voter that cannot be reached is left out.");
                text.Commands($"term {Step(primary.Name)}", Anywhere, TermCommands(facts, primary));
            }

            if (others.Count > 0)
                text.Paragraph("Point the others to it; no restart is needed (PostgreSQL 13 and later).");
            foreach (var other in others)
                text.Commands($"repoint {Step(other.Name)} {Step(primary.Name)}", Anywhere, $"{Shell.Psql(facts, other)} {Shell.Statements($"ALTER SYSTEM SET primary_conninfo = {SqlText.Literal(facts.Conninfo(other.Name, primary.Name))};\nSELECT pg_reload_conf();")}");
            text.Paragraph($"Look that they stream; one that does not after some seconds says why in its log. {Establishing(facts, primary)}");
            text.Commands($"check {Step(primary.Name)}", Anywhere, $"{Shell.Psql(facts, primary)} {Shell.Statements("SELECT pg_sleep(2);\nSELECT application_name, state, sync_state, flush_lsn FROM pg_stat_replication ORDER BY 1;")}");
            if (facts.RecordsTerms)
            {
                text.Commands($"establish {Step(primary.Name)}", Anywhere, $"{Shell.Psql(facts, primary)} {Shell.Statements($"""
                    UPDATE haconnect.term SET established_lsn = pg_current_wal_insert_lsn(), established_at = clock_timestamp()
                     WHERE term = (SELECT max(term) FROM haconnect.term) AND primary_node = {SqlText.Literal(primary.Name)};
                    SELECT term, primary_node, synchronous_standbys, established_lsn FROM haconnect.term ORDER BY term DESC LIMIT 1;
                    """)}");
            }
        }
    }

    private static string Waits(RunbookFacts facts, RunbookNode primary) => facts.Required > 0 && !facts.IsAckedWithoutLost(primary)
        ? $" **Its commits wait until {Name(facts.Lost)} is back** (part C): fewer others are left than have to ack. Part D says how to go on alone, and what that costs."
        : "";

    private static string Establishing(RunbookFacts facts, RunbookNode primary) => (!facts.RecordsTerms, facts.Required > 0) switch
    {
        (true, _) => "",
        (false, true) when facts.IsAckedWithoutLost(primary) => "Then the last command says that the term is in force. It is a write that waits for a standby, so that its end proves that writes are acked. If it hangs, do not cancel it: see that a standby streams.",
        (false, true) => $"The last command says that the term is in force; it waits until {Name(facts.Lost)} is back, so that it comes after part C.",
        _ => "Then the last command says that the term is in force.",
    };

    private static string TermCommands(RunbookFacts facts, RunbookNode primary)
    {
        const string ofNode = "SELECT greatest(0, (SELECT max(term) FROM haconnect.term), (SELECT split_part(setting, ',', 1)::bigint FROM pg_file_settings WHERE name = 'haconnect.term' ORDER BY seqno DESC LIMIT 1))";
        var ofWitness = $"SELECT split_part(value, ',', 1) FROM haconnect.register WHERE cluster = {SqlText.Literal(facts.Cluster)}";
        IEnumerable<string> questions =
        [
            .. facts.Standbys.Select(n => $"  {Shell.Psql(facts, n)} -A -t {Shell.Statements($"{ofNode};")}"),
            .. facts.Witnesses.Select(w => $"  {Shell.Psql(facts, w.Host, w.Port)} -A -t {Shell.Statements($"{ofWitness};")}"),
        ];
        var standbys = facts.AckersOf(primary).Count == 0 ? "'{}'" : $"ARRAY[{string.Join(", ", facts.AckersOf(primary).Select(SqlText.Literal))}]";
        var voters = string.Join(", ", facts.Nodes.Select(n => n.Name).Concat(facts.Witnesses.Select(w => w.Name)).Select(SqlText.Literal));
        return $$"""
            newest=$({
            {{string.Join('\n', questions)}}
            } | sort -n | tail -n 1)
            echo "newest term known: $newest"
            {{Shell.Psql(facts, primary)}} -v term=$((newest + 1)) {{Shell.Statements($"""
            BEGIN;
            SET LOCAL synchronous_commit = local;
            INSERT INTO haconnect.term (term, primary_node, synchronous_standbys, required, voters, control_database, coordinator, reason, may_lack_from)
            VALUES (:term, {SqlText.Literal(primary.Name)}, {standbys}, {facts.Required}, ARRAY[{voters}], {SqlText.Literal(facts.Database)}, 'by hand', 'ByHand', {(facts.Required == 0 ? "'0/0'" : "NULL")});
            COMMIT;
            """)}}
            """;
    }

    private static void TakeBack(RunbookText text, RunbookFacts facts)
    {
        text.Heading(3, "B6. To take it back before the promotion");
        text.Paragraph($"Where too few could be cut off, or {Name(facts.Lost)} turns out to be well. **Never after one was promoted**, nor where one may have been. Then start the instances of HaConnect again.");
        foreach (var node in facts.Standbys)
            text.Commands($"take-back {Step(node.Name)}", Anywhere, $"{Shell.Psql(facts, node)} {Shell.Statements($"ALTER SYSTEM SET primary_conninfo = {SqlText.Literal(facts.Conninfo(node.Name, facts.Lost))};\nSELECT pg_reload_conf();")}");
    }

    private static void TakeOver(RunbookText text, RunbookFacts facts)
    {
        text.Heading(3, "B7. Let HaConnect take over again");
        text.Paragraph(!facts.RecordsTerms
            ? "Start its instances. They go by which node is out of recovery, and where one coordinates and every voter is in reach, it writes term 1."
            : $"Start its instances. They find the term on record and go on from it: nothing has to be asked for by name. Writes go to its primary at once. {Named(facts)}Should it come back as a primary, it is fenced by the coordinators, or by `haconnect fence` (docs/operations/fencing.md).");
        if (facts.RecordsTerms)
            text.Paragraph("Without the term on record they do not: the records say that the lost node is the primary, so that nobody writes to the promoted one, and every failover is refused since it is out of recovery.");
    }

    private static string Named(RunbookFacts facts) => facts is { Required: > 0, LostNode.MayAck: true }
        ? $"As soon as {Name(facts.Lost)} is back as a standby (part C) it is named in `synchronous_standby_names`, too, in a term later than yours. While no more standbys are named than have to ack, a failover is refused: one would be promoted, and too few were left to ack. "
        : "";

    internal static string Step(string name) => name.Replace('`', '_');
}
