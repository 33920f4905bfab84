using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Options;

namespace HaConnect.Doctor;

/// <summary>Reads every configured node at once and judges what it has read. It changes nothing.</summary>
internal sealed class ClusterDoctor(NodeSources sources, HaDatabaseOptions options, TimeProvider time)
{
    private readonly bool _coordinates = options.Failover.Mode == FailoverMode.Coordinate;

    internal async Task<IReadOnlyList<ClusterFinding>> DiagnoseAsync(CancellationToken cancellationToken)
    {
        var examined = ExaminedOptions.From(options);
        var reader = new NodeReader(sources, examined, _coordinates, time);
        var nodes = await Task.WhenAll(
        [
            .. ConfiguredNode.DataNodesOf(options).Select(n => reader.ReadAsync(n, isWitness: false, cancellationToken)),
            .. ConfiguredNode.WitnessesOf(options).Where(_ => _coordinates).Select(n => reader.ReadAsync(n, isWitness: true, cancellationToken)),
        ]).ConfigureAwait(false);
        var settings = FailoverLoop.SettingsOf("", options);
        return Diagnosis.Of(new Examination(settings, _coordinates, options.Failover.WithoutMajority, options.Failover.Replication.KeepSlots, nodes) { Options = examined });
    }
}
