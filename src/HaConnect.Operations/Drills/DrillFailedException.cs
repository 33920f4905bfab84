namespace HaConnect.Operations;

/// <summary>A drill could not be brought to its end. The message says why, how the cluster was left, and what is to be done.</summary>
public sealed class DrillFailedException : InvalidOperationException
{
    internal DrillFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
