using System.Globalization;
using System.Runtime.InteropServices;

namespace HaConnect.TestApplication;

/// <summary>
/// Kills or freezes its own process once, when a sentence is told, which is before what it announces is asked of any server. A file says when:
/// <c>kill:cut off</c> or <c>stop:promoted</c>, with a delay in milliseconds as <c>kill+20:is furthest</c>. It can come at any time.
/// With <c>wait:sealed</c> nothing ends: the coordinator pauses there, so that something can befall a server, until the file
/// <c>….waits</c>, which says so, is gone.
/// </summary>
internal sealed partial class DyingAuditSink(string file) : IAuditSink
{
    private const int Sigkill = 9;
    private const int Sigstop = 19;

    /// <summary>Longer than anything takes that is done to a server, so that nobody hangs where the test has ended.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    public void Write(AuditRecord record)
    {
        if (!File.Exists(file) || File.ReadAllText(file).Split(':', 2) is not [var how, var sentence] || !record.Sentence.Contains(sentence, StringComparison.Ordinal))
            return;
        if (how == "wait")
        {
            Pause();
            return;
        }

        File.Delete(file);
        var signal = how.StartsWith("kill", StringComparison.Ordinal) ? Sigkill : Sigstop;
        if (how.Split('+') is [_, var milliseconds])
            _ = DieAsync(signal, TimeSpan.FromMilliseconds(int.Parse(milliseconds, CultureInfo.InvariantCulture)));
        else
            Die(signal);
    }

    /// <summary>The machine stands still; its lock sessions are renewed all the same.</summary>
    private void Pause()
    {
        var sign = file + ".waits";
        File.Move(file, sign);
        using var never = new ManualResetEventSlim();
        var startedAt = TimeProvider.System.GetTimestamp();
        while (File.Exists(sign) && TimeProvider.System.GetElapsedTime(startedAt) < s_longestPause)
            never.Wait(TimeSpan.FromMilliseconds(2));
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
