namespace HaConnect.Operations.Drills.History;

/// <summary>Where a ledger is read from.</summary>
internal interface ILedgerSource
{
    Task<DrillLedger> ReadAsync(CancellationToken cancellationToken);
}
