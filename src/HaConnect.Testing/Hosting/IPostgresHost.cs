using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Hosting;

/// <summary>Where the programs of PostgreSQL run: as children of this process, or in containers that share its network and the cluster's folder.</summary>
internal interface IPostgresHost : IAsyncDisposable
{
    /// <summary>The major version of the programs.</summary>
    int MajorVersion { get; }

    /// <summary>Runs one of PostgreSQL's programs to its end, as the servers' user.</summary>
    Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, string input, CancellationToken cancellationToken);

    /// <summary>Starts a server, in a network namespace if one is given; it does not accept connections yet. Its standard error is appended to the log file.</summary>
    Task<IServerProcess> StartServerAsync(string dataDirectory, string logFile, string? networkNamespace, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken);
}
