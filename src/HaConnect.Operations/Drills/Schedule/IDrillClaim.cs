using HaConnect.Operations.Drills.History;

namespace HaConnect.Operations.Drills.Schedule;

/// <summary>What makes one instance of several the one that begins a drill.</summary>
internal interface IDrillClaim
{
    /// <summary>
    /// Looks at what is on record, with nobody else doing so; where a drill is due, puts its begin on record, so that whoever looks next finds it.
    /// </summary>
    /// <param name="isDue">Whether one is due, by the ledger.</param>
    /// <param name="begin">Writes the begin to the audit file of this instance.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether it was begun here.</returns>
    /// <exception cref="TimeoutException">The begin is on record here, but others cannot see it.</exception>
    Task<bool> TryBeginAsync(Func<DrillLedger, bool> isDue, Action begin, CancellationToken cancellationToken);
}
