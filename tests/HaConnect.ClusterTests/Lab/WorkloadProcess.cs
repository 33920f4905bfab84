using HaConnect.Histories;

namespace HaConnect.ClusterTests.Lab;

/// <summary>A workload in a process of its own, and what its history says so far.</summary>
internal sealed class WorkloadProcess(ApplicationProcess application, string history) : IAsyncDisposable
{
    private readonly List<HistoryEvent> _events = [];
    private long _read;
    private string _rest = "";

    internal ApplicationProcess Application => application;

    internal string History => history;

    /// <summary>Reads on in the file.</summary>
    internal IReadOnlyList<HistoryEvent> Events
    {
        get
        {
            if (!File.Exists(history))
                return _events;
            using var file = new FileStream(history, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Position = _read;
            using var reader = new StreamReader(file);
            var text = _rest + reader.ReadToEnd();
            _read = file.Position;
            var end = text.LastIndexOf('\n') + 1;
            _rest = text[end..];
            _events.AddRange(text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(HistoryFormat.Read));
            return _events;
        }
    }

    internal IEnumerable<Acked> AckedWrites => Events.OfType<Acked>().Where(a => a.Timeline is not null);

    /// <summary>As a service manager stops it; a client that hangs is killed, and what it did is then not known.</summary>
    internal async Task StopAsync()
    {
        try
        {
            if (application.IsFrozen)
                application.Resume();
            await application.StopAsync(TimeSpan.FromSeconds(40));
        }
        catch (TimeoutException)
        {
            application.Kill();
        }
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
