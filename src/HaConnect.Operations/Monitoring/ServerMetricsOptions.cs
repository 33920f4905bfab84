namespace HaConnect.Operations;

/// <summary>How the figures of a cluster's servers are read.</summary>
public sealed class ServerMetricsOptions
{
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GreatestInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan GreatestSizeInterval = TimeSpan.FromDays(1);

    /// <summary>How often each server is asked: by one statement, in a session that is kept for it. Default 15 s, bounds 1 s to 1 h.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the sizes of the databases are read with it, for which the server looks at every file of theirs; at most once in an <see cref="Interval"/>. Default 5 min, bounds 1 s to 1 d.</summary>
    public TimeSpan SizeInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <exception cref="ArgumentException">A setting is out of its bounds; the message names all that are.</exception>
    internal static void Validate(ServerMetricsOptions options)
    {
        List<string> problems = [];
        if (options.Interval < LeastInterval || options.Interval > GreatestInterval)
            problems.Add($"{nameof(Interval)} is {options.Interval}; it must be from {LeastInterval} to {GreatestInterval}.");
        if (options.SizeInterval < LeastInterval || options.SizeInterval > GreatestSizeInterval)
            problems.Add($"{nameof(SizeInterval)} is {options.SizeInterval}; it must be from {LeastInterval} to {GreatestSizeInterval}.");
        if (problems.Count > 0)
            throw new ArgumentException($"{nameof(ServerMetricsOptions)}: {string.Join(' ', problems)}", nameof(options));
    }
}
