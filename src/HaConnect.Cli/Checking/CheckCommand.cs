using System.CommandLine;
using System.CommandLine.Parsing;
using HaConnect.Cli.Connecting;
using HaConnect.Operations;

namespace HaConnect.Cli.Checking;

/// <summary><c>haconnect check</c>: one line and an exit code, by the contract of Nagios plug-ins.</summary>
internal static class CheckCommand
{
    internal const string Name = "check";

    internal static Command Create(ToolContext context)
    {
        var what = new Argument<string>("what") { Description = $"{string.Join(", ", ClusterChecks.Names)}." };
        what.AcceptOnlyFromAmong([.. ClusterChecks.Names]);
        var warning = Range("--warning", "-w");
        var critical = Range("--critical", "--crit");
        var command = new Command(Name, "Answers one question as a plug-in of Nagios, Icinga and their like does: a line with performance data; ends with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN).") { what, warning, critical };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var check = parsed.GetValue(what)!;
            return await context.RunAsync(async terminal =>
            {
                CheckResult result;
                try
                {
                    ClusterChecks.Require(check, parsed.GetValue(warning), parsed.GetValue(critical)); // before anybody is asked
                    await using var cluster = await ObservedCluster.LookAsync(context.Cluster.OptionsOf(parsed), context.Cluster.TimeoutOf(parsed), cancellationToken);
                    result = await new ClusterChecks(cluster.Db, cluster.Options).RunAsync(check, parsed.GetValue(warning), parsed.GetValue(critical), cancellationToken);
                }
                catch (Exception e) when (e is UsageException or ArgumentException or Microsoft.Extensions.Options.OptionsValidationException)
                {
                    result = new CheckResult(check, CheckState.Unknown, e.Message, []);
                }

                await terminal.Output.WriteLineAsync(result.ToString());
                return (int)result.State;
            });
        });
        return command;
    }

    private static Option<CheckRange?> Range(string name, string alias) => new(name, alias)
    {
        Description = "A range outside of which the check is not OK, as Nagios plug-ins write it: 10, 10:, ~:10, 10:20, @10:20. lag: seconds; replicas: how many; slots: bytes; archive: files that wait.",
        CustomParser = Parse,
    };

    private static CheckRange? Parse(ArgumentResult result)
    {
        try
        {
            return CheckRange.Parse(result.Tokens[0].Value);
        }
        catch (FormatException e)
        {
            result.AddError($"{result.Argument.Name}: {e.Message}");
            return null;
        }
    }
}
