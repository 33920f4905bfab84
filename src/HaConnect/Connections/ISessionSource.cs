namespace HaConnect.Connections;

/// <summary>Opens sessions with one server.</summary>
internal interface ISessionSource : IAsyncDisposable
{
    /// <exception cref="TimeoutException">The server did not accept the session in time.</exception>
    Task<ISession> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken);
}
