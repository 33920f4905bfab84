namespace HaConnect.Operations;

/// <summary>A drill was not begun, and nothing was broken. The message says why, and what to do.</summary>
public sealed class DrillRefusedException : InvalidOperationException
{
    internal DrillRefusedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
