namespace HaConnect;

/// <summary>Receives the audit records of this instance, one after the other. It must be quick; what it throws is logged.</summary>
public interface IAuditSink
{
    /// <summary>Takes one record.</summary>
    void Write(AuditRecord record);
}
