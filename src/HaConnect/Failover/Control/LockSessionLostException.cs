namespace HaConnect.Failover;

/// <summary>The session that held a voter's lock is gone, and with it the lock.</summary>
internal sealed class LockSessionLostException(string message, Exception? innerException = null) : Exception(message, innerException);
