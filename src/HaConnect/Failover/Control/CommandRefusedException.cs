namespace HaConnect.Failover;

/// <summary>A command was not carried out, because something it relies on does not hold; the session is as good as before.</summary>
internal sealed class CommandRefusedException(string message, Exception? innerException = null) : Exception(message, innerException);
