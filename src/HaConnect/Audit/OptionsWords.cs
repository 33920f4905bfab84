using System.Globalization;
using HaConnect.Options;

namespace HaConnect.Audit;

/// <summary>The options that matter to a failover, for people and without any password. Pure.</summary>
internal static class OptionsWords
{
    internal static string Of(HaDatabaseOptions options)
    {
        var failover = options.Failover;
        var nodes = string.Join(", ", ConfiguredNode.DataNodesOf(options).Select(n => $"{n.Name} = {ConfiguredNode.NameOf(n.Host, n.Port)}"));
        var environment = options.Environment is { Length: > 0 } said ? $"; Environment: {said.ReplaceLineEndings(" ").Replace(';', ',')}" : "";
        if (failover.Mode != FailoverMode.Coordinate)
            return $"Nodes: {nodes}; Failover.Mode: {failover.Mode}{environment}";
        var witnesses = string.Join(", ", ConfiguredNode.WitnessesOf(options).Select(n => $"{n.Name} = {ConfiguredNode.NameOf(n.Host, n.Port)}"));
        return string.Create(CultureInfo.InvariantCulture, $"Nodes: {nodes}; Failover.Mode: {failover.Mode}; Witnesses: {(witnesses.Length == 0 ? "none" : witnesses)}; " +
            $"RequiredSynchronousStandbys: {failover.RequiredSynchronousStandbys}; MaxDataLossBytes: {failover.MaxDataLossBytes}; MaxFailovers: {failover.MaxFailovers} in {failover.FailoverWindow}; " +
            $"DegradeAfter: {Or(failover.DegradeAfter)}; DropStandbyAfter: {Or(failover.DropStandbyAfter)}; Fencing.Command: {failover.Fencing.Command ?? "none"}{environment}");
    }

    private static string Or(TimeSpan? duration) => duration?.ToString("c", CultureInfo.InvariantCulture) ?? "never";
}
