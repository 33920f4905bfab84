namespace HaConnect.Simulation.Conformance;

/// <summary>A client's INSERT under way.</summary>
internal interface IClientWrite
{
    /// <summary><c>waits</c>, <c>acked</c>, <c>lost</c> (the connection), or the SQLSTATE with which it was refused.</summary>
    string Outcome { get; }

    /// <summary><c>pg_cancel_backend</c> of its session.</summary>
    Task CancelAsync();

    /// <summary><c>pg_terminate_backend</c> of its session.</summary>
    Task TerminateAsync();
}
