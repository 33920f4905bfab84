using System.Transactions;
using HaConnect.Topology;

namespace HaConnect.Connections;

/// <summary>The node of one transaction. It takes part in the transaction, so that this cannot commit once another node is the primary.</summary>
internal sealed class TransactionPin(Node node, ClusterState state, Action ended) : IEnlistmentNotification
{
    private volatile HaConnectException? _gone;

    internal Node Node => node;

    /// <exception cref="HaConnectException">Another node is the primary, or was when it was asked before.</exception>
    internal void ThrowIfGone()
    {
        if (Gone() is { } gone)
            throw gone;
    }

    /// <exception cref="HaConnectException">It is another one.</exception>
    internal void ThrowIfNot(Node opened)
    {
        if (!ReferenceEquals(opened, node))
            throw _gone ??= Lost($"{opened.Name} is");
    }

    public void Prepare(PreparingEnlistment preparingEnlistment)
    {
        if (Gone() is { } gone)
        {
            ended();
            preparingEnlistment.ForceRollback(gone);
        }
        else
        {
            preparingEnlistment.Prepared();
        }
    }

    public void Commit(Enlistment enlistment) => End(enlistment);

    public void Rollback(Enlistment enlistment) => End(enlistment);

    public void InDoubt(Enlistment enlistment) => End(enlistment);

    private void End(Enlistment enlistment)
    {
        ended();
        enlistment.Done();
    }

    /// <summary>What was said once holds: who was told must not commit, even if the node becomes the primary again.</summary>
    private HaConnectException? Gone() =>
        _gone ?? (state.Current.PrimaryNode is { } primary && !ReferenceEquals(primary, node) ? _gone = Lost($"{primary.Name} is now") : null);

    private HaConnectException Lost(string other)
    {
        var snapshot = state.Current;
        return new HaConnectException(
            $"The ambient transaction began at {node.Name}, and {other} the primary: its session is lost, and it cannot be committed any more. Leave its TransactionScope and begin a new one. {snapshot.Describe()}",
            snapshot, isTransient: true);
    }
}
