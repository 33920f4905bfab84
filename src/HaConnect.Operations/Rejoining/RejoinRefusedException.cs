namespace HaConnect.Operations;

/// <summary>A node was not brought back: it would not be safe, or cannot be done from here. The message says why, and what to do; nothing of its data was changed.</summary>
public sealed class RejoinRefusedException : InvalidOperationException
{
    internal RejoinRefusedException(string message)
        : base(message)
    {
    }
}
