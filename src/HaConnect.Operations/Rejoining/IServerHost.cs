namespace HaConnect.Operations.Rejoining;

/// <summary>The host of the node: its programs, its server, its files.</summary>
internal interface IServerHost
{
    /// <summary>Runs one of PostgreSQL's programs to its end.</summary>
    Task<(int ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments, string? password, CancellationToken cancellationToken);

    /// <summary>The address under which such a program reaches the primary.</summary>
    string AddressOf(string primaryHost);

    Task<bool> IsRunningAsync(CancellationToken cancellationToken);

    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Returns when it accepts connections, or throws.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>A file or folder was written here: it must belong to the server's user.</summary>
    void Own(string path);
}
