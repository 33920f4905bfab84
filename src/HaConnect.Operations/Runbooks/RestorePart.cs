using HaConnect.Doctor;
using static HaConnect.Operations.Runbooks.RunbookText;

namespace HaConnect.Operations.Runbooks;

/// <summary>From a base backup, to a point in time; and the standbys anew.</summary>
internal static class RestorePart
{
    internal static void Write(RunbookText text, RunbookFacts facts)
    {
        var node = facts.LostNode;
        text.Heading(2, "E. Restore");
        text.Paragraph($"To a point in time before something was destroyed, or where no data folder is left. **Everything written after that point is lost**, and every other node is rebuilt from what is restored. Stop all applications first, and all servers. {Archive(facts)}");
        text.Heading(3, $"E1. Restore {Name(node.Name)}");
        text.Paragraph("Fill in the first lines: the folder of a base backup that ended before the point in time, the folder of the archived WAL, and the point itself.");
        text.Commands("restore", node.Name, HostCommands.Together($$"""
            backup="${backup:-/PATH/OF/A/BASE/BACKUP}"
            archive="${archive:-/PATH/OF/THE/ARCHIVED/WAL}"
            target="${target:-2026-01-02 03:04:05+00}"
            {{HostCommands.Folder(node)}}
            if [ ! -e "$backup/PG_VERSION" ]; then echo "$backup is no base backup: it has no PG_VERSION" >&2; exit 1; fi
            if [ ! -d "$archive" ]; then echo "$archive is no folder" >&2; exit 1; fi
            if [ -e "$data.before-restore" ]; then echo "$data.before-restore is left of an earlier time: look whether it is still needed" >&2; exit 1; fi
            if pg_ctl -D "$data" status; then pg_ctl -D "$data" -m immediate stop; fi
            if [ -e "$data" ]; then mv "$data" "$data.before-restore"; fi
            cp -a "$backup" "$data"
            if [ -e "$data.before-restore" ]; then
              for file in "$data.before-restore"/*.conf "$data.before-restore"/*.crt "$data.before-restore"/*.key "$data.before-restore"/*.pem; do
                if [ -e "$file" ] && [ "${file##*/}" != postgresql.auto.conf ]; then cp -p "$file" "$data"/; fi
              done
            fi
            {
              grep -v -E '^(primary_conninfo|primary_slot_name|synchronous_standby_names|default_transaction_read_only|haconnect\.term) ' "$data"/postgresql.auto.conf || true
              printf '%s\n' "restore_command = 'cp \"$archive/%f\" \"%p\"'" "recovery_target_time = '$target'" "recovery_target_action = 'promote'"
            } > "$data"/postgresql.auto.conf.new
            mv "$data"/postgresql.auto.conf.new "$data"/postgresql.auto.conf
            rm -f "$data"/standby.signal
            touch "$data"/recovery.signal
            {{HostCommands.Start(node)}}
            """));
        text.Paragraph("Look at the data before anybody writes: it has left recovery when it says `standby` f.");
        text.Commands("restored", Anywhere, $"{Shell.Psql(facts, node)} {Shell.Statements("SELECT pg_is_in_recovery() AS standby;")}");
        text.Paragraph("When it is right, take the target away, so that no later recovery heeds it" + (!facts.RecordsTerms ? ":" : "; and the records of terms, which belong to a history that is gone:"));
        text.Commands("forget", node.Name, HostCommands.Together($$"""
            {{HostCommands.Folder(node)}}
            grep -v -E '^(restore_command|recovery_target_time|recovery_target_action) ' "$data"/postgresql.auto.conf > "$data"/postgresql.auto.conf.new || true
            mv "$data"/postgresql.auto.conf.new "$data"/postgresql.auto.conf
            pg_ctl -D "$data" reload
            """));
        if (facts.RecordsTerms) // not the schema, which may be another's, and have the application's commit_token
            text.Commands("forget-terms", Anywhere, $"{Shell.Psql(facts, node)} {Shell.Statements("DROP TABLE IF EXISTS haconnect.term, haconnect.audit, haconnect.switchover, haconnect.pause;")}");
        Standbys(text, facts);
    }

    private static string Archive(RunbookFacts facts) => facts.Nodes.Select(n => n.Server?.ArchiveMode).FirstOrDefault(m => m is not null) switch
    {
        null => "Whether WAL is archived was not seen.",
        "off" => "**archive_mode is off: no WAL is archived**, so that a base backup can be restored as it is, and nothing later.",
        var mode => $"archive_mode is {mode}; `haconnect check archive` says whether it works.",
    };

    private static void Standbys(RunbookText text, RunbookFacts facts)
    {
        var primary = facts.LostNode;
        text.Heading(3, "E2. Rebuild the standbys");
        text.Paragraph("Each by a base backup, and without its record of promises, which belongs to the history that is gone.");
        foreach (var node in facts.Standbys)
            text.Commands($"rebuild {FailoverPart.Step(node.Name)}", node.Name, RejoinPart.Commands(facts, node, primary, keepsPromises: false));
        text.Heading(3, "E3. Whom commits wait for, and HaConnect");
        text.Commands("restored-names", Anywhere, $"{Shell.Psql(facts, primary)} {Shell.Statements($"ALTER SYSTEM SET synchronous_standby_names = {SqlText.Literal(facts.NamesAfterRestore)};\nSELECT pg_reload_conf();")}");
        var witnesses = facts.RecordsTerms && facts.Witnesses.Count > 0 ? $" On each witness first: `DELETE FROM haconnect.register WHERE cluster = {SqlText.Literal(facts.Cluster)};`." : "";
        text.Paragraph($"Then start all applications anew; none may go on from before, since it remembers the terms and tokens of a history that is gone.{witnesses} The first coordinator finds every voter in reach and no term on record, and writes term 1.");
    }
}
