using Npgsql;

namespace HaConnect.Connections;

/// <summary>Opens sessions through Npgsql, see <see cref="OwnSession"/>.</summary>
internal sealed class OwnSessionSource(NpgsqlDataSource source, TimeProvider time) : ISessionSource
{
    public async Task<ISession> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        await OwnSession.OpenAsync(source, timeout, time, cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
