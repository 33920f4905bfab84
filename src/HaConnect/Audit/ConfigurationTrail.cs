using System.Threading.Channels;

namespace HaConnect.Audit;

/// <summary>
/// Records with what options this instance was started, and each change of the cluster's settings that it sees. Sinks may write to a disk, so
/// that they are called from a task of its own: whoever publishes a snapshot does not wait for them.
/// </summary>
internal sealed class ConfigurationTrail(AuditTrail audit, HaDatabaseOptions options, string instance, TimeProvider time) : IAsyncDisposable
{
    private readonly Channel<AuditRecord> _records = Channel.CreateUnbounded<AuditRecord>(new UnboundedChannelOptions { SingleReader = true });
    private ConfigurationSeen _seen = ConfigurationSeen.Nothing;
    private Task _writing = Task.CompletedTask;

    internal void Start()
    {
        _writing = Task.Run(WriteAsync);
        Post(new ConfigurationChange("Options", null, "this instance was started", null, OptionsWords.Of(options)), null);
    }

    /// <summary>Called for one snapshot after the other.</summary>
    internal void OnPublished(ClusterSnapshot now)
    {
        if (ConfigurationChanges.IsUnchanged(_seen, now))
            return;
        (_seen, var changes) = ConfigurationChanges.Between(_seen, now);
        foreach (var change in changes)
            Post(change, now.Term);
    }

    /// <summary>Ends when all is written.</summary>
    public async ValueTask DisposeAsync()
    {
        _records.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    private void Post(ConfigurationChange change, long? term) =>
        _records.Writer.TryWrite(new AuditRecord(time.GetUtcNow(), options.ClusterName, instance, term, change.Setting, change.Node, change.Sentence) { Kind = AuditKind.Configuration, Before = change.Before, After = change.After });

    private async Task WriteAsync()
    {
        await foreach (var record in _records.Reader.ReadAllAsync().ConfigureAwait(false))
            audit.Write(record);
    }
}
