namespace HaConnect;

/// <summary>Receives the audit records of this instance. Several threads may call it at once; those of the coordinator come one after the other, and its steps wait for it, so that it must be quick. What it throws is logged.</summary>
public interface IAuditSink
{
    /// <summary>Takes one record.</summary>
    void Write(AuditRecord record);
}
