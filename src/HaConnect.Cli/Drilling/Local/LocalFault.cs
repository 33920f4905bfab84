namespace HaConnect.Cli.Drilling.Local;

/// <summary>What befalls the primary of a throw-away cluster.</summary>
internal enum LocalFault
{
    /// <summary>SIGKILL to every process.</summary>
    Kill,

    /// <summary>SIGSTOP to every process: connections stay open and nobody answers.</summary>
    Freeze,

    /// <summary>Its network interface goes down: nothing comes or goes, and nobody is told.</summary>
    Cut,
}
