using System.Collections.Concurrent;
using System.Transactions;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>
/// Keeps what is opened within one ambient transaction at the node of its first connection. Npgsql enlists by data source: at one node it hands out the
/// transaction's session again, at two the transaction would be a distributed one, and its reads at the second would not see its writes at the first.
/// </summary>
internal sealed class AmbientTransactions(ClusterState state, HaDatabaseOptions options)
{
    private readonly bool _enlists = new NpgsqlConnectionStringBuilder(options.ConnectionString).Enlist;
    private readonly ConcurrentDictionary<Transaction, TransactionPin> _pins = new(); // copies of a transaction are equal

    /// <summary>The caller's; null where there is none, and where connections do not enlist.</summary>
    internal Transaction? Current => _enlists ? Transaction.Current : null;

    /// <summary>Null before its first connection.</summary>
    internal TransactionPin? PinOf(Transaction transaction) => _pins.GetValueOrDefault(transaction);

    /// <summary>The transaction is that node's from now on.</summary>
    /// <exception cref="HaConnectException">It is another node's already.</exception>
    /// <exception cref="TransactionException">It has ended.</exception>
    internal void Pin(Transaction transaction, Node node)
    {
        var pin = new TransactionPin(node, state, () => _pins.TryRemove(transaction, out _));
        var pinned = _pins.GetOrAdd(transaction, pin);
        if (!ReferenceEquals(pinned, pin))
        {
            pinned.ThrowIfNot(node);
            return;
        }

        try
        {
            transaction.EnlistVolatile(pin, EnlistmentOptions.EnlistDuringPrepareRequired); // asked before Npgsql's is
        }
        catch
        {
            _pins.TryRemove(transaction, out _);
            throw;
        }
    }

    /// <summary>Runs what must not see the ambient transaction, since Npgsql would enlist whatever it opens.</summary>
    internal static Task<T> OutsideAsync<T>(Func<Task<T>> open)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Run(open);
        using (ExecutionContext.SuppressFlow())
            return Task.Run(open);
    }

    /// <summary>Begins what has to see it: after an await it need not be ambient any more.</summary>
    internal static T Within<T>(Transaction transaction, Func<T> begin)
    {
        var ambient = Transaction.Current;
        if (transaction.Equals(ambient))
            return begin();
        Transaction.Current = transaction;
        try
        {
            return begin();
        }
        finally
        {
            Transaction.Current = ambient;
        }
    }
}
