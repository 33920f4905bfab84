namespace HaConnect.Cli;

/// <summary>What the process ends with; docs/operations/tool.md says the same. <c>check</c> ends with those of the Nagios plug-in contract.</summary>
internal static class ExitCodes
{
    /// <summary>All is well, or what was asked for is done.</summary>
    internal const int Ok = 0;

    /// <summary>It works, but something needs attention; or what was asked for was refused or called off, and nothing has changed.</summary>
    internal const int Attention = 1;

    /// <summary>There is no primary that takes writes.</summary>
    internal const int Down = 2;

    /// <summary>It could not be found out.</summary>
    internal const int Unknown = 3;

    /// <summary>The command line or the settings cannot be used (EX_USAGE).</summary>
    internal const int Usage = 64;

    /// <summary>Ended by Ctrl-C, as shells say it.</summary>
    internal const int Interrupted = 130;
}
