using System.Data.Common;
using HaConnect.Connections;
using HaConnect.Failover;

namespace HaConnect.Tests.Failover.Control;

public sealed class LockSessionTests
{
    /// <summary>A later step calls it off just when the session is there: a statement with effect would find a session without its lock.</summary>
    [Fact]
    public async Task OpenAsync_CalledOffBeforeTheLockIsAskedFor_LeavesNoSession()
    {
        using var calledOff = new CancellationTokenSource();
        var source = new Source(calledOff.Cancel);
        await using var session = new LockSession(source, 1, TimeSpan.FromSeconds(1), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.OpenAsync(calledOff.Token));

        Assert.False(session.IsOpen);
        Assert.True(source.Session.IsClosed);
        await Assert.ThrowsAsync<LockSessionLostException>(() => session.ExecuteAsync("ALTER SYSTEM SET primary_conninfo = ''", CancellationToken.None));
        Assert.Empty(source.Session.Statements);
    }

    private sealed class Source(Action opened) : ISessionSource
    {
        internal Session Session { get; } = new();

        public Task<ISession> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
        {
            opened();
            return Task.FromResult<ISession>(Session);
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Session : ISession
    {
        internal List<string> Statements { get; } = [];

        internal bool IsClosed { get; private set; }

        public bool IsUsable => !IsClosed;

        public Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, TimeSpan timeout, CancellationToken cancellationToken, params object[] parameters)
        {
            Statements.Add(sql);
            return Task.FromResult<T>(default!);
        }

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return default;
        }
    }
}
