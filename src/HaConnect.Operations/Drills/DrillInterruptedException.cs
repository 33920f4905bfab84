namespace HaConnect.Operations;

/// <summary>A drill was cancelled. The message says how the cluster was left, and what is to be done.</summary>
public sealed class DrillInterruptedException : OperationCanceledException
{
    internal DrillInterruptedException(string message, CancellationToken token)
        : base(message, token)
    {
    }
}
