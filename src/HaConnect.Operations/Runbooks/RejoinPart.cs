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
        text.Paragraph($"`haconnect rejoin` does it with less copying, and says what would be lost (docs/operations/rejoin.md); it needs no coordinator. By hand it takes a base backup, for which there has to be room beside the old folder, which is kept as `….old`. Never start {Name(lost.Name)} as it is: it would be a second primary. Not for a data folder that is a mount point, with a `pg_wal` elsewhere or with tablespaces: these are moved by hand.");
        foreach (var primary in facts.Standbys)
        {
            text.Heading(3, $"C. Behind {Name(primary.Name)}");
            text.Commands($"rejoin {FailoverPart.Step(primary.Name)}", lost.Name, Commands(facts, lost, primary));
            text.Paragraph("Its own configuration and certificates stay, and so does its record of promises (`haconnect.term`), which must not be forgotten. It streams when it is in this list:");
            text.Commands($"rejoined {FailoverPart.Step(primary.Name)}", Anywhere, $"{Shell.Psql(facts, primary)} {Shell.Statements("SELECT application_name, state, sync_state, flush_lsn FROM pg_stat_replication ORDER BY 1;")}");
        }

        text.Paragraph("When it streams and nothing is missed any more, remove the `….old` folder: no rejoin is made over one.");
    }

    /// <summary>Of any node behind any other.</summary>
    internal static string Commands(RunbookFacts facts, RunbookNode node, RunbookNode primary)
    {
        var source = LibpqConninfo.Of(primary.Host, primary.Port, facts.Replication.Username ?? "replicator", null, facts.Replication.PassFile, facts.Replication.SslMode);
        var conninfo = $"primary_conninfo = '{facts.Conninfo(node.Name, primary.Name).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'"; // the file knows backslash escapes
        return HostCommands.Together($$"""
            {{HostCommands.Folder(node)}}
            if [ -e "$data.old" ]; then echo "$data.old is left of an earlier time: look whether it is still needed" >&2; exit 1; fi
            if pg_ctl -D "$data" status; then pg_ctl -D "$data" -m immediate stop; fi
            mv "$data" "$data.old"
            pg_basebackup -d {{Shell.Quote(source)}} -D "$data" -c fast -X stream
            for file in "$data.old"/*.conf "$data.old"/*.crt "$data.old"/*.key "$data.old"/*.pem; do
              if [ -e "$file" ] && [ "${file##*/}" != postgresql.auto.conf ]; then cp -p "$file" "$data"/; fi
            done
            {
              grep -v -E '^(primary_conninfo|primary_slot_name|synchronous_standby_names|default_transaction_read_only|haconnect\.term) ' "$data"/postgresql.auto.conf || true
              grep '^haconnect\.term ' "$data.old"/postgresql.auto.conf || true
              printf '%s\n' {{Shell.Quote(conninfo)}}
            } > "$data"/postgresql.auto.conf.new
            mv "$data"/postgresql.auto.conf.new "$data"/postgresql.auto.conf
            touch "$data"/standby.signal
            {{HostCommands.Start(node)}}
            """);
    }
}
