using HaConnect.Operations.Rejoining;
using static HaConnect.Operations.Runbooks.RunbookText;

namespace HaConnect.Operations.Runbooks;

/// <summary>The old primary back as a standby, by a base backup, which is always right.</summary>
internal static class RejoinPart
{
    internal static void Write(RunbookText text, RunbookFacts facts)
    {
        var lost = facts.LostNode;
        text.Heading(2, $"C. {Name(lost.Name)} back as a standby");
        if (facts is { IsAlone: true, IsLostThePrimary: true })
        {
            text.Paragraph($"**Not while it is alone:** {Name(lost.Name)} may have the only copy of what was written since, and a base backup of another node does not have it. For a standby back behind it: `haconnect runbook --lost STANDBY`.");
            return;
        }

        var asItIs = facts.IsLostThePrimary
            ? $"Never start {Name(lost.Name)} as it is: it would be a second primary."
            : "Where it was only stopped, and its data are sound, start it instead and see whether it streams.";
        text.Paragraph($"`haconnect rejoin` does it with less copying, and says what would be lost (docs/operations/rejoin.md); it needs no coordinator. By hand it takes a base backup, for which there has to be room beside the old folder, which is kept as `….old`. A base backup that fails, for want of a password say, leaves the old folder as it was, its server stopped, and can be repeated. {asItIs} Not for a data folder that is a mount point, with a `pg_wal` elsewhere or with tablespaces: these are moved by hand.");
        foreach (var primary in facts.IsLostThePrimary ? facts.Standbys : facts.Standbys.Where(n => n.Name == facts.Reigning))
        {
            text.Heading(3, $"C. Behind {Name(primary.Name)}");
            text.Commands($"rejoin {FailoverPart.Step(primary.Name)}", lost.Name, Commands(facts, lost, primary, keepsPromises: true));
            text.Paragraph("Its own configuration and certificates stay, and so does its record of promises (`haconnect.term`), which must not be forgotten. It streams when it is in this list:");
            text.Commands($"rejoined {FailoverPart.Step(primary.Name)}", Anywhere, $"{Shell.Psql(facts, primary)} {Shell.Statements("SELECT application_name, state, sync_state, flush_lsn FROM pg_stat_replication ORDER BY 1;")}");
        }

        text.Paragraph("When it streams and nothing is missed any more, remove the `….old` folder: no rejoin is made over one.");
    }

    /// <summary>Of any node behind any other.</summary>
    internal static string Commands(RunbookFacts facts, RunbookNode node, RunbookNode primary, bool keepsPromises)
    {
        var source = LibpqConninfo.Of(primary.Host, primary.Port, facts.ReplicationUser, null, facts.Replication.PassFile, facts.Replication.SslMode);
        var conninfo = $"primary_conninfo = '{facts.Conninfo(node.Name, primary.Name).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'"; // the file knows backslash escapes
        var promises = keepsPromises ? "\n  grep '^haconnect\\.term ' \"$data\"/postgresql.auto.conf || true" : "";

        // Its server is stopped before the base backup, so that it acks nothing that the backup lacks; the old folder stays where it is until all
        // is there that takes its place.
        return HostCommands.Together($$"""
            {{HostCommands.Folder(node)}}
            for left in "$data.old" "$data.new"; do
              if [ -e "$left" ]; then echo "$left is left of an earlier time: look whether it is still needed" >&2; exit 1; fi
            done
            if pg_ctl -D "$data" status; then pg_ctl -D "$data" -m immediate stop; fi
            pg_basebackup -d {{PosixShell.Quote(source)}} -D "$data.new" -c fast -X stream
            for file in "$data"/*.conf "$data"/*.crt "$data"/*.key "$data"/*.pem; do
              if [ -e "$file" ] && [ "${file##*/}" != postgresql.auto.conf ]; then cp -p "$file" "$data.new"/; fi
            done
            {
              grep -v -E '^(primary_conninfo|primary_slot_name|synchronous_standby_names|default_transaction_read_only|haconnect\.term) ' "$data.new"/postgresql.auto.conf || true{{promises}}
              printf '%s\n' {{PosixShell.Quote(conninfo)}}
            } > "$data.new"/postgresql.auto.conf.new
            mv "$data.new"/postgresql.auto.conf.new "$data.new"/postgresql.auto.conf
            touch "$data.new"/standby.signal
            if [ -e "$data" ]; then mv "$data" "$data.old"; fi
            mv "$data.new" "$data"
            {{HostCommands.Start(node)}}
            """);
    }
}
