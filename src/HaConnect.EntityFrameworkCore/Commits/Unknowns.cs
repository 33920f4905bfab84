using HaConnect.EntityFrameworkCore.Contexts;

namespace HaConnect.EntityFrameworkCore.Commits;

internal static class Unknowns
{
    /// <summary>Of a statement that ran outside of a transaction.</summary>
    internal static CommitOutcomeUnknownException Of(ContextState state, string why, Exception? inner) => CommitOutcomeUnknownException.Of(
        $"Whether the statement on node {state.Node?.Name} was applied is not known: {why}.",
        "It ran outside of a transaction, so that nothing tells. Run it in one (Database.ExecuteInTransactionAsync), or, where it only reads, in a read scope (Database.BeginReadScope).",
        state.Runtime.State.Current, isTransient: false, inner);
}
