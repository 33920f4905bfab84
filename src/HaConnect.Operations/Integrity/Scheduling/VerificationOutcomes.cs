using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace HaConnect.Operations.Integrity;

/// <summary>Tells what came of verifications: in the log, the audit trail and the metrics.</summary>
internal sealed class VerificationOutcomes(HaRuntime runtime, VerificationMetrics metrics, ILogger logger)
{
    internal const string Step = "Verification";

    internal void Tell(VerificationReport report)
    {
        metrics.Set(report, runtime.Time.GetUtcNow());
        if (report.MeetsGoal)
            VerificationMessages.Met(logger, report.ToString());
        else
            VerificationMessages.NotMet(logger, report.ToString());
        Write(report.Right, report.ToString(), report.Verdict switch { VerificationVerdict.Met => "passed", VerificationVerdict.NotMet => "failed", _ => "unknown" }, report.Took, Data(report));
    }

    internal void Failed(string left, string right, Exception exception)
    {
        metrics.Failed(right);
        VerificationMessages.Failed(logger, left, right, exception);
        Write(right, $"{left} and {right} could not be compared: {exception.Message}", "unknown", null, null);
    }

    /// <summary>Without rows and their values: the trail is kept for long, and is read by others.</summary>
    private static string Data(VerificationReport report) => JsonSerializer.Serialize(
        new OutcomeJson(report.Left, report.Right, report.Verdict, report.Rate, report.Goal, report.Rows, report.DifferentRows, report.UnjudgedRows, report.Took.TotalSeconds), VerificationJson.Compact.OutcomeJson);

    private void Write(string node, string sentence, string after, TimeSpan? took, string? data) => runtime.Audit.Write(
        new AuditRecord(runtime.Time.GetUtcNow(), runtime.Options.ClusterName, string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}"), runtime.State.Current.Term, Step, node, sentence)
        {
            Kind = AuditKind.Drill,
            After = after,
            Duration = took,
            Data = data,
        });
}
