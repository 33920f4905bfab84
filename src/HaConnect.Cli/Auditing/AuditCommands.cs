using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Cli.Auditing;

/// <summary><c>haconnect audit</c>: verifies, shows and exports the audit trail of one or several instances, from their folders. Asks no server.</summary>
internal static class AuditCommands
{
    internal static Command Create(ToolContext context) => new("audit", "The audit trail, as applications write it into folders.") { Verify(context), Show(context), Export(context) };

    private static Command Verify(ToolContext context)
    {
        var folders = Folders();
        var heads = new Option<AuditHead[]>("--head") { Description = "Where a chain was known to be, as an earlier verification printed it: \"CHAIN SEQ HASH\". What is missing before it is found.", CustomParser = Heads };
        var command = new Command("verify", "Looks for records that were edited, removed, reordered, truncated or inserted. Ends with 0 (whole) or 1 (not).") { folders, heads };
        command.SetAction(parsed => context.RunAsync(async terminal =>
        {
            var isIntact = true;
            foreach (var folder in parsed.GetValue(folders)!)
            {
                // Of one chain: a head of another one would be missed in it.
                var verified = AuditVerifier.VerifyFolder(Existing(folder));
                if ((parsed.GetValue(heads) ?? []).Where(h => h.Chain == verified.Chain).ToArray() is { Length: > 0 } expected)
                    verified = AuditVerifier.VerifyFolder(folder, expected);
                await terminal.Output.WriteLineAsync($"{folder}: {verified}");
                isIntact &= verified.IsIntact;
            }

            return isIntact ? ExitCodes.Ok : ExitCodes.Attention;
        }));
        return command;
    }

    private static Command Show(ToolContext context)
    {
        var (folders, filter) = (Folders(), new FilterOptions());
        var command = new Command("show", "Shows the records of all folders as one story, in order.") { folders };
        filter.AddTo(command);
        command.SetAction(parsed => context.RunAsync(async terminal =>
        {
            foreach (var entry in AuditReader.ReadFolders(parsed.GetValue(folders)!.Select(Existing), filter.Of(parsed)))
                await terminal.Output.WriteLineAsync(Line(entry.Record));
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Export(ToolContext context)
    {
        var (folders, filter) = (Folders(), new FilterOptions());
        var output = OutputOption.Create();
        output.AcceptOnlyFromAmong("json", "csv");
        output.DefaultValueFactory = _ => OutputFormat.Json;
        output.Description = "json: each record as it is in the chain, a line each; csv: by RFC 4180.";
        var command = new Command("export", "Writes the records of all folders as JSON lines or CSV, in order.") { folders, output };
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            var entries = AuditReader.ReadFolders(parsed.GetValue(folders)!.Select(Existing), filter.Of(parsed));
            if (parsed.GetValue(output) == OutputFormat.Csv)
                await AuditExport.WriteCsvAsync(entries, terminal.Output, cancellationToken);
            else
                await AuditExport.WriteJsonLinesAsync(entries, terminal.Output, cancellationToken);
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static string Line(AuditRecord record)
    {
        var at = record.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var term = record.Term is { } number ? string.Create(CultureInfo.InvariantCulture, $" term {number}") : "";
        return $"{at} {record.Coordinator}{term} {record.Kind.ToString().ToLowerInvariant()}{(record.By is { } by ? $" by {by}" : "")}: {record.Sentence}".ReplaceLineEndings(" ");
    }

    private static Argument<string[]> Folders() => new("folder") { Description = "The folder of an instance's trail; several are told as one story.", Arity = ArgumentArity.OneOrMore };

    private static string Existing(string folder) => Directory.Exists(folder) ? folder : throw new UsageException($"'{folder}' is no folder.");

    private static AuditHead[] Heads(ArgumentResult result)
    {
        try
        {
            return [.. result.Tokens.Select(t => AuditHead.Parse(t.Value))];
        }
        catch (FormatException e)
        {
            result.AddError($"--head: {e.Message}");
            return [];
        }
    }
}
