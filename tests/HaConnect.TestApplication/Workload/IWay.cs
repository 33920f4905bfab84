using HaConnect.Histories;

namespace HaConnect.TestApplication;

/// <summary>By what an application writes through HaConnect. Each returns the attempt that was acked.</summary>
internal interface IWay
{
    /// <summary>Once, before any client begins.</summary>
    Task PrepareAsync();

    /// <summary>One row, alone.</summary>
    Task<Attempt> InsertAsync(string client, long op, bool isKeyed, Attempts attempts);

    /// <summary>An amount from one account to another, and a row that says so, all in one transaction. Always the lower account first, so that two movers never wait for each other.</summary>
    Task<Attempt> MoveAsync(Invoked move, Attempts attempts);

    internal static IEnumerable<(int Account, long Amount)> ChangesOf(Invoked move) =>
        new[] { (move.Source!.Value, -(long)move.Amount!.Value), (move.Target!.Value, (long)move.Amount.Value) }.OrderBy(change => change.Item1);
}
