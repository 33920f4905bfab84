using HaConnect.Operations.Drills.History;

namespace HaConnect.Operations.Drills.Schedule;

/// <summary>Where the history is in folders: nobody else is asked, so that only one instance may have the schedule.</summary>
internal sealed class OwnClaim(ILedgerSource source) : IDrillClaim
{
    public async Task<bool> TryBeginAsync(Func<DrillLedger, bool> isDue, Action begin, CancellationToken cancellationToken)
    {
        if (!isDue(await source.ReadAsync(cancellationToken).ConfigureAwait(false)))
            return false;
        begin();
        return true;
    }
}
