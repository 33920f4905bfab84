namespace HaConnect.Operations.Planning;

/// <summary>Times that were measured, of docs/operations/faults.md (a test holds them to it): from just before the fault to the first write acked elsewhere.</summary>
/// <param name="Fault">What was done, in the words of the table there.</param>
/// <param name="What">The same for people.</param>
/// <param name="Median">Seconds.</param>
/// <param name="Worst">Seconds, of 20 runs.</param>
internal sealed record MeasuredFailover(string Fault, string What, double Median, double Worst)
{
    internal const string Conditions = "three data nodes, ANY 1, default settings, two cores shared by servers and applications, 20 runs each: docs/operations/faults.md";

    internal static readonly IReadOnlyList<MeasuredFailover> All =
    [
        new("kill", "killed", 0.69, 1.19),
        new("freeze", "frozen", 2.51, 3.27),
        new("cut", "cut off", 2.54, 3.08),
        new("cut-with-coordinator", "cut off with the coordinator", 3.08, 3.82),
        new("kill-with-coordinator", "killed with the coordinator", 1.15, 1.39),
    ];

    internal static double WorstOfAll => All.Max(m => m.Worst);

    /// <summary>Whether they were measured on such a cluster.</summary>
    internal static bool Covers(PlanDescription plan) => plan is { IsSynchronous: true, Nodes.Count: 3, Witnesses.Count: 0, SynchronousStandbys.Count: 2 };
}
