using HaConnect.Connections;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Failover.Manual;

/// <summary>Asks every voter for its record, in sessions that cannot write.</summary>
internal sealed class VoterSurvey(NodeSources sources, HaDatabaseOptions options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    internal async Task<IReadOnlyList<VoterAnswer>> AskAsync(CancellationToken cancellationToken) => await Task.WhenAll(
    [
        .. ConfiguredNode.DataNodesOf(options).Select(n => AskAsync(n, isWitness: false, cancellationToken)),
        .. ConfiguredNode.WitnessesOf(options).Select(n => AskAsync(n, isWitness: true, cancellationToken)),
    ]).ConfigureAwait(false);

    private async Task<VoterAnswer> AskAsync(ConfiguredNode node, bool isWitness, CancellationToken cancellationToken)
    {
        var source = new OwnSessionSource(sources.ForDoctor(node.Host, node.Port), time);
        await using var _ = source.ConfigureAwait(false);
        try
        {
            var session = await source.OpenAsync(Patience, cancellationToken).ConfigureAwait(false);
            await using var __ = session.ConfigureAwait(false);
            var queries = new BoundedQueries(session, Patience);
            return new VoterAnswer(node.Name, isWitness, isWitness
                ? await WitnessAsync(node.Name, queries, cancellationToken).ConfigureAwait(false)
                : await new RecordReader(node.Name, queries).ReadAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return new VoterAnswer(node.Name, isWitness, null, e is PostgresException p ? $"{p.SqlState}: {p.MessageText}" : e.Message);
        }
    }

    private async Task<VoterRecord> WitnessAsync(string witness, BoundedQueries queries, CancellationToken cancellationToken)
    {
        var text = await queries.QueryAsync(WitnessControl.HasTable, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false)
            ? await queries.QueryAsync(WitnessControl.Read, static row => row.IsDBNull(0) ? null : row.GetString(0), cancellationToken, options.ClusterName).ConfigureAwait(false)
            : null;
        return new VoterRecord { InRecovery = false, SystemIdentifier = 0, Register = Register.Parse(text) is { } register && register.Node == witness ? register : null };
    }
}
