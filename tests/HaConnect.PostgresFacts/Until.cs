namespace HaConnect.PostgresFacts;

/// <summary>Waits for what only asking can tell. The deadline bounds a hang; no fact is about time.</summary>
internal static class Until
{
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    internal static async Task TrueAsync(string what, Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"{what} did not come true within {Deadline.TotalSeconds} s");
            await Task.Delay(Interval, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Awaits a task that must end; where it hangs, the test fails and does not.</summary>
    internal static Task<T> EndsAsync<T>(Task<T> task) => task.WaitAsync(Deadline, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <inheritdoc cref="EndsAsync{T}(Task{T})"/>
    internal static Task EndsAsync(Task task) => task.WaitAsync(Deadline, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Whether a task is still running after a while: a hang can only be seen by waiting.</summary>
    internal static async Task<bool> StillRunsAsync(Task task, TimeSpan after)
    {
        await Task.WhenAny(task, Task.Delay(after, TimeProvider.System, TestContext.Current.CancellationToken));
        return !task.IsCompleted;
    }
}
