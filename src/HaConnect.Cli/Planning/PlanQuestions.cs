using HaConnect.Operations.Planning;

namespace HaConnect.Cli.Planning;

/// <summary>Asks for what no option has said.</summary>
internal static class PlanQuestions
{
    internal static PlanDescription Ask(PlanDescription plan, TextReader answers, TextWriter questions)
    {
        var nodes = Answer("Data nodes, the first primary first (n1=db1:5432@zone-a,n2=db2@zone-b,…)", "");
        var witnesses = Answer("Witnesses, written likewise", "");
        var rpo = Answer("May a failover lose what was acked last? 0 (no) or async (yes)", plan.Rpo);
        var rto = Answer("For how many seconds may writes stand still when the primary is lost", "");
        var reads = Answer("Which share of the load are reads that replicas may serve, 0 to 1", "");
        var major = Answer("PostgreSQL's major version", plan.PostgresMajor.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return plan with
        {
            Nodes = nodes.Length == 0 ? [] : PlanOptions.NodesOf("The answer", nodes),
            Witnesses = witnesses.Length == 0 ? plan.Witnesses : PlanOptions.NodesOf("The answer", witnesses),
            Rpo = rpo,
            RtoSeconds = Number(rto) ?? plan.RtoSeconds,
            ReadShare = Number(reads) ?? plan.ReadShare,
            PostgresMajor = (int)(Number(major) ?? plan.PostgresMajor),
        };

        string Answer(string question, string byDefault)
        {
            questions.Write($"{question} [{byDefault}]: ");
            questions.Flush();
            return answers.ReadLine()?.Trim() is { Length: > 0 } answer ? answer : byDefault;
        }
    }

    private static double? Number(string text) => text.Length == 0 ? null
        : double.TryParse(text, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number
        : throw new UsageException($"'{text}' is no number.");
}
