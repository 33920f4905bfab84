namespace HaConnect.Consistency;

/// <summary>The result of work that has ended, while what comes after it in its session goes on.</summary>
internal sealed class FinishedWork<T>
{
    private volatile bool _isSet;

    internal bool IsSet => _isSet;

    internal T Result { get; private set; } = default!;

    internal void Set(T result)
    {
        Result = result;
        _isSet = true;
    }
}
