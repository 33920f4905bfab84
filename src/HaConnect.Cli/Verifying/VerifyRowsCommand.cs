using System.CommandLine;
using HaConnect.Cli.Backups;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using Npgsql;

namespace HaConnect.Cli.Verifying;

/// <summary><c>haconnect verify</c>.</summary>
internal static class VerifyRowsCommand
{
    internal static Command Create(ToolContext context)
    {
        var options = new VerifyOptions();
        var command = new Command("verify", "Compares the rows of two servers by checksums that the servers compute, while both are in use. Reads only. Ends with 0 (the goal is met), 1 (it is not) or 3 (it could not be found out).");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => context.RunAsync(async terminal =>
        {
            options.Of(parsed); // before anybody is asked
            try
            {
                var (left, rights) = await VerifySides.ReadAsync(context, parsed, options, cancellationToken);
                return await RunAsync(terminal, parsed, options, left, rights, cancellationToken);
            }
            catch (Exception e) when (e is HaConnectException || (e is NpgsqlException && !cancellationToken.IsCancellationRequested))
            {
                await terminal.Error.WriteLineAsync(e.Message);
                return ExitCodes.Unknown;
            }
        }));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, VerifyOptions options, VerificationSide left, IReadOnlyList<VerificationSide> rights, CancellationToken cancellationToken)
    {
        List<VerificationReport> reports = [];
        List<(string Path, VerificationReport Report)> pages = [];
        foreach (var right in rights)
        {
            if (VerifyOptions.FileOf(parsed.GetValue(options.Html), right, rights.Count) is { } page)
                VerifyPages.Require(page);
        }

        foreach (var right in rights)
        {
            var settings = options.Of(parsed);
            settings.ResumeFile = VerifyOptions.FileOf(parsed.GetValue(options.Resume), right, rights.Count);
            settings.Progress = new VerifyProgress(terminal, right.Name);
            try
            {
                reports.Add(await Verification.RunAsync(left, right, settings, cancellationToken));
            }
            catch (ArgumentException e)
            {
                throw new UsageException(e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw settings.ResumeFile is { } file ? new UsageException($"--resume is {file}; it must be a file that can be written: {e.Message}") : new UnknownException(e.Message);
            }
            catch (NpgsqlException e) when (!cancellationToken.IsCancellationRequested)
            {
                await terminal.Error.WriteLineAsync($"{left.Name} and {right.Name} could not be compared: {e.Message}");
                continue;
            }

            if (VerifyOptions.FileOf(parsed.GetValue(options.Html), right, rights.Count) is { } page)
                pages.Add((page, reports[^1]));
        }

        VerifyOutput.Print(terminal, reports, parsed.GetValue(options.Output));
        foreach (var (page, report) in pages)
            await VerifyPages.WriteAsync(page, report, cancellationToken);
        return CodeOf(reports, rights.Count);
    }

    /// <summary>What is certainly not met weighs more than what is not known.</summary>
    internal static int CodeOf(IReadOnlyCollection<VerificationReport> reports, int sides) =>
        reports.Any(r => r.Verdict == VerificationVerdict.NotMet) ? ExitCodes.Attention : reports.Count == sides && reports.All(r => r.Verdict == VerificationVerdict.Met) ? ExitCodes.Ok : ExitCodes.Unknown;
}
