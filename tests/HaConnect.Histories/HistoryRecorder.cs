namespace HaConnect.Histories;

/// <summary>
/// Appends events to a file. Each is with the system before <see cref="Add"/> returns, so that a process that is killed leaves no
/// request of which the history knows nothing.
/// </summary>
internal sealed class HistoryRecorder(string file) : IDisposable
{
    private readonly StreamWriter _file = new(file, append: true) { AutoFlush = true };
    private readonly Lock _lock = new();

    /// <summary>On Linux TimeProvider's timestamps are CLOCK_MONOTONIC in nanoseconds.</summary>
    internal static long Now
    {
        get
        {
            var (now, frequency) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.TimestampFrequency);
            return frequency == 1_000_000_000 ? now : (long)((Int128)now * 1_000_000_000 / frequency);
        }
    }

    internal void Add(HistoryEvent happened)
    {
        var line = HistoryFormat.Write(happened) + "\n";
        lock (_lock)
            _file.Write(line);
    }

    public void Dispose()
    {
        lock (_lock)
            _file.Dispose();
    }
}
