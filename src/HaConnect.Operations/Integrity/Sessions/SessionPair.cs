using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>A connection to each side, which one worker uses.</summary>
internal sealed class SessionPair(VerificationSide left, VerificationSide right, VerificationOptions options) : IAsyncDisposable
{
    internal ServerSession Left { get; } = new(left, options);

    internal ServerSession Right { get; } = new(right, options);

    internal ServerSession this[Side side] => side == Side.Left ? Left : Right;

    /// <summary>Asks both at once.</summary>
    internal async Task<Both<List<T>>> QueryAsync<T>(Both<Statement> statements, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var (left, right) = (Left.QueryAsync(statements.Left, read, cancellationToken), Right.QueryAsync(statements.Right, read, cancellationToken));
        await Task.WhenAll(left, right).ConfigureAwait(false);
        return new(await left.ConfigureAwait(false), await right.ConfigureAwait(false));
    }

    public async ValueTask DisposeAsync()
    {
        await Left.DisposeAsync().ConfigureAwait(false);
        await Right.DisposeAsync().ConfigureAwait(false);
    }
}
