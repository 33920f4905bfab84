namespace HaConnect.Testing;

/// <summary>A test cluster could not be brought up or changed. The message holds the output of the program that failed, or the end of the server's log.</summary>
public sealed class PostgresClusterException : Exception
{
    /// <summary>Makes an exception without a cause named.</summary>
    public PostgresClusterException() { }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What failed, and what the failing program said.</param>
    public PostgresClusterException(string message) : base(message) { }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What failed, and what the failing program said.</param>
    /// <param name="innerException">The cause.</param>
    public PostgresClusterException(string message, Exception? innerException) : base(message, innerException) { }
}
