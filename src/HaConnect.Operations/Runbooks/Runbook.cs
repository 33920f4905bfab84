using System.Globalization;
using static HaConnect.Operations.Runbooks.RunbookText;

namespace HaConnect.Operations.Runbooks;

/// <summary>
/// The procedures of one cluster by hand, with its names, hosts and ports, for an emergency in which HaConnect cannot act. Pure; what it claims is
/// run by RunbookTests.
/// </summary>
internal static class Runbook
{
    internal static string Write(RunbookFacts facts)
    {
        var text = new RunbookText();
        text.Heading(1, $"Runbook of the cluster {Name(facts.Cluster)}, by hand");
        text.Paragraph($"Written {facts.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC by `haconnect runbook`, from what was seen then, for the loss of {Name(facts.Lost)}. It names hosts and roles: write it anew after every change of either (`--lost NODE` for the return of a standby), and keep it where it can be read while the cluster is down.");
        text.Paragraph($"Only where HaConnect cannot act: `haconnect status` tells how it is, and `haconnect failover --cluster {facts.Cluster}` asks for a failover, which is safer than one by hand.");
        text.Paragraph(facts.Unseen.Count == 0 ? "Every node was seen." : $"Not seen, so that what is said of it is from the settings or is missing:\n\n{string.Join('\n', facts.Unseen.Select(u => $"- {u.ReplaceLineEndings(" ")}"))}");
        Cluster(text, facts);
        How(text, facts);
        if (!facts.IsLostThePrimary)
        {
            text.Paragraph($"**Parts B, D and E are not here:** they are about the loss of the primary, {Name(facts.Reigning)}. Run `haconnect runbook` without `--lost` for them.");
            RejoinPart.Write(text, facts);
            return text.ToString();
        }

        FailoverPart.Write(text, facts);
        RejoinPart.Write(text, facts);
        QuorumPart.Write(text, facts);
        RestorePart.Write(text, facts);
        return text.ToString();
    }

    private static void Cluster(RunbookText text, RunbookFacts facts)
    {
        text.Heading(2, "A. The cluster");
        text.Row("Node", "Address", "Role", "Timeline", "May ack", "Data folder", "postgresql.conf", "PostgreSQL");
        text.Row("---", "---", "---", "---", "---", "---", "---", "---");
        foreach (var node in facts.Nodes)
        {
            text.Row(Name(node.Name), Name(string.Create(CultureInfo.InvariantCulture, $"{node.Host}:{node.Port}")), node.Role ?? "not seen", node.Timeline?.ToString(CultureInfo.InvariantCulture) ?? "not seen", node.MayAck ? "yes" : "no",
                node.Server?.DataDirectory is { } folder ? Name(folder) : "not seen", node.Server?.ConfigFile is { } file ? Name(file) : "not seen", node.Server?.Version ?? "not seen");
        }

        text.EndOfTable();
        if (facts.Witnesses.Count > 0)
            text.Paragraph($"Witnesses, which vote and hold no data: {string.Join(", ", facts.Witnesses.Select(w => Name(string.Create(CultureInfo.InvariantCulture, $"{w.Name} ({w.Host}:{w.Port})"))))}.");
        text.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{facts.Voters} voters; {facts.Majority} are a majority. {Reign(facts)}"));
        text.Paragraph(Acks(facts));
    }

    private static string Reign(RunbookFacts facts) => facts.Term is { } term
        ? string.Create(CultureInfo.InvariantCulture, $"The newest established term is {term.Term}, and its primary is {Name(term.Primary)}{(facts.Primary is null ? ", which was not seen" : "")}.")
        : facts.RecordsTerms ? "No term was seen; whether a coordinator manages this cluster is not known." : $"No term is on record: no coordinator manages this cluster{(facts.Primary is { } primary ? $". Its primary is {Name(primary)}" : "")}.";

    private static string Acks(RunbookFacts facts) => facts.IsAlone
        ? string.Create(CultureInfo.InvariantCulture, $"**{Name(facts.Reigning)} takes writes alone**, by term {facts.Term!.Term}: no commit waits for a standby, though the settings ask for {facts.ConfiguredRequired}. **No other node may be promoted without losing what was written since, until a standby has caught up.** Coordinators then name it in a later term, and this is to be written anew.")
        : facts.Required == 0
        ? "Replication is asynchronous: no commit waits for a standby, and the loss of the primary may lose what was acked last, whoever is promoted."
        : string.Create(CultureInfo.InvariantCulture, $"A commit waits for {facts.Required} of {facts.Ackers.Count}: {Names(facts.Ackers)}. PostgreSQL counts connections, and one standby can for a moment have two, so that an ack proves one standby: each of these may be the only one with an acked write. **So that no acked write is lost, {facts.ToBeAsked} of these {facts.Ackers.Count} have to be cut off and asked.**");

    private static void How(RunbookText text, RunbookFacts facts)
    {
        text.Paragraph($"**How the commands are run.** `psql` as {Name(facts.Username)} in the database {Name(facts.Database)}, from any host that reaches the nodes; its password comes from `~/.pgpass` or the file that `PGPASSFILE` names, else psql asks for it. What is for the host of a node is run there as the user that owns its data folder, in a POSIX shell, with PostgreSQL's programs on the `PATH`. Where a service manager starts the servers, use it in place of `pg_ctl` (`systemctl stop postgresql@15-main`), and keep it from starting a server that is to stay down.");
        text.Paragraph(facts.Replication.PassFile is { } file
            ? $"Standbys connect as {Name(facts.ReplicationUser)}, with the password of the file {Name(file)} on each host."
            : $"Standbys connect as {Name(facts.ReplicationUser)}. **The commands below contain no password for that**: on the host of each node put it into `~/.pgpass` of the user that runs the server, now and not in the emergency (`HOST:PORT:*:{facts.ReplicationUser}:PASSWORD`, a line for each node, mode 0600).");
    }
}
