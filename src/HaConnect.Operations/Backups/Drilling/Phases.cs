namespace HaConnect.Operations.Backups;

/// <summary>Times the parts of a drill, and tells of each as it begins.</summary>
internal sealed class Phases(TimeProvider time, IProgress<string>? progress)
{
    private readonly List<BackupDrillPhase> _done = [];

    internal IReadOnlyList<BackupDrillPhase> Done => _done;

    internal async Task<T> RunAsync<T>(string name, string sentence, Func<Task<T>> part)
    {
        progress?.Report(sentence);
        var startedAt = time.GetTimestamp();
        try
        {
            return await part().ConfigureAwait(false);
        }
        finally
        {
            _done.Add(new(name, time.GetElapsedTime(startedAt)));
        }
    }

    internal TimeSpan Of(params ReadOnlySpan<string> names)
    {
        var sum = TimeSpan.Zero;
        foreach (var phase in _done)
        {
            if (names.Contains(phase.Name))
                sum += phase.Duration;
        }

        return sum;
    }
}
