using System.Text.Json;

namespace HaConnect.TestApplication;

internal sealed class PrintingAuditSink : IAuditSink
{
    public void Write(AuditRecord record) => Console.WriteLine("audit " + JsonSerializer.Serialize(record));
}
