namespace HaConnect.Benchmarks.Gate;

/// <summary>A limit and what was measured of it.</summary>
internal sealed record GateRow(Limit Limit, double? Measured)
{
    internal bool Holds => Limit.Max is not { } max || Measured <= max;

    internal string Verdict => (Limit.Max, Measured) switch
    {
        (null, _) => "for comparison",
        (_, null) => "NOT MEASURED",
        _ => Holds ? "ok" : "EXCEEDED",
    };
}
