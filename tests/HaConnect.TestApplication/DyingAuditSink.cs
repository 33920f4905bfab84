using System.Globalization;
using System.Runtime.InteropServices;

namespace HaConnect.TestApplication;

/// <summary>
/// Kills or freezes its own process when a sentence is told, which is before what it announces is asked of any server. Configured as
/// <c>kill:cut off</c> or <c>stop:promoted</c>, with a delay in milliseconds as <c>kill+20:is furthest</c>.
/// </summary>
internal sealed partial class DyingAuditSink(string configured) : IAuditSink
{
    private const int Sigkill = 9;
    private const int Sigstop = 19;
    private readonly string _how = configured.Split(':')[0];
    private readonly string _sentence = configured[(configured.IndexOf(':', StringComparison.Ordinal) + 1)..];
    private int _done;

    public void Write(AuditRecord record)
    {
        // Term 1 is only begun; what is tried is a failover.
        if (record.Term is 1 || !record.Sentence.Contains(_sentence, StringComparison.Ordinal) || Interlocked.Exchange(ref _done, 1) != 0)
            return;
        var delay = _how.Split('+') is [_, var milliseconds] ? int.Parse(milliseconds, CultureInfo.InvariantCulture) : 0;
        if (delay == 0)
            Die();
        else
            _ = Task.Delay(TimeSpan.FromMilliseconds(delay), TimeProvider.System).ContinueWith(_ => Die(), TaskScheduler.Default);
    }

    private void Die()
    {
        Console.Out.Flush();
        _ = Kill(Environment.ProcessId, _how.StartsWith("kill", StringComparison.Ordinal) ? Sigkill : Sigstop);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
