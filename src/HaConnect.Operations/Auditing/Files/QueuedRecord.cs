namespace HaConnect.Operations.Auditing;

/// <summary>A record that waits for the disk, and whoever waits for it.</summary>
internal sealed record QueuedRecord(AuditRecord Record)
{
    internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
