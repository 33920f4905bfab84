namespace HaConnect.Operations.Runbooks;

/// <summary>What is run on a node's host.</summary>
internal static class HostCommands
{
    /// <summary>Where its data is; what was not seen is to be filled in.</summary>
    internal static string Folder(RunbookNode node) => node.Server?.DataDirectory is { } folder
        ? $"data={PosixShell.Quote(folder)}"
        : "data=/PATH/OF/ITS/DATA/FOLDER   # not seen: fill it in";

    /// <summary>All of them or none after the first that fails, without an end of the shell into which they are pasted.</summary>
    internal static string Together(string commands) => $"(\nset -eu\n{commands}\n)";

    /// <summary>Waits until it accepts connections.</summary>
    internal static string Start(RunbookNode node)
    {
        var elsewhere = node.Server is { ConfigFile: { } file, DataDirectory: { } folder } && file != $"{folder}/postgresql.conf"
            ? $" -o {PosixShell.Quote($"-c config_file={PosixShell.Quote(file)}")}"
            : "";
        return $"pg_ctl -D \"$data\"{elsewhere} -l \"$data.start.log\" -t 3600 -w start";
    }
}
