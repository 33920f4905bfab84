namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>What all open pages are sent at one moment, ready to be written, and the one that comes after it. Whoever is slow goes on with the newest.</summary>
/// <param name="state">The view, as one event.</param>
/// <param name="decisions">The recent decisions, as one event; the same object as before where there are no new ones.</param>
internal sealed class Frame(ReadOnlyMemory<byte> state, Decisions decisions)
{
    private readonly TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ReadOnlyMemory<byte> State { get; } = state;

    internal Decisions Decisions { get; } = decisions;

    /// <summary>Completed when there is a newer one.</summary>
    internal Task Replaced => _next.Task;

    internal void Replace() => _next.TrySetResult();
}
