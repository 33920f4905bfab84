using System.Globalization;
using System.Runtime.InteropServices;

namespace HaConnect.TestApplication;

/// <summary>
/// Kills or freezes its own process once, when a sentence is told, which is before what it announces is asked of any server. A file says when:
/// <c>kill:cut off</c> or <c>stop:promoted</c>, with a delay in milliseconds as <c>kill+20:is furthest</c>. It can come at any time.
/// </summary>
internal sealed partial class DyingAuditSink(string file) : IAuditSink
{
    private const int Sigkill = 9;
    private const int Sigstop = 19;

    public void Write(AuditRecord record)
    {
        if (!File.Exists(file) || File.ReadAllText(file).Split(':', 2) is not [var how, var sentence] || !record.Sentence.Contains(sentence, StringComparison.Ordinal))
            return;
        File.Delete(file);
        var signal = how.StartsWith("kill", StringComparison.Ordinal) ? Sigkill : Sigstop;
        if (how.Split('+') is [_, var milliseconds])
            _ = DieAsync(signal, TimeSpan.FromMilliseconds(int.Parse(milliseconds, CultureInfo.InvariantCulture)));
        else
            Die(signal);
    }

    private static async Task DieAsync(int signal, TimeSpan delay)
    {
        await Task.Delay(delay, TimeProvider.System);
        Die(signal);
    }

    private static void Die(int signal)
    {
        Console.Out.Flush();
        _ = Kill(Environment.ProcessId, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
