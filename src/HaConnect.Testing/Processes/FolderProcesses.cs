using System.Globalization;

namespace HaConnect.Testing.Processes;

/// <summary>
/// Finds the processes of one server by their working folder: a postmaster changes into its data folder and everything it forks stays there,
/// also when the postmaster is dead and its children belong to init. So no process that is not ours can ever be found.
/// </summary>
internal static class FolderProcesses
{
    public static async Task<IReadOnlyList<RunningProcess>> FindAsync(string folder, CancellationToken cancellationToken) =>
        OperatingSystem.IsLinux() ? FindInProc(folder) : await FindByLsofAsync(folder, cancellationToken).ConfigureAwait(false);

    private static List<RunningProcess> FindInProc(string folder)
    {
        List<RunningProcess> found = [];
        foreach (string entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && string.Equals(LibC.ReadLink(entry + "/cwd"), folder, StringComparison.Ordinal)
                && StateOf(entry) is { } state)
                found.Add(new RunningProcess(pid, state));
        }
        return found;
    }

    /// <summary>The state letter of proc(5), after the program's name in parentheses.</summary>
    private static char? StateOf(string entry)
    {
        try
        {
            string stat = File.ReadAllText(entry + "/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null; // it left between the two looks
        }
    }

    private static async Task<IReadOnlyList<RunningProcess>> FindByLsofAsync(string folder, CancellationToken cancellationToken)
    {
        const string Script = """
            for pid in $(lsof -a -d cwd -t -- "$1" 2>/dev/null); do ps -o pid=,state= -p "$pid"; done; true
            """;
        ToolResult list = await Tool.RunAsync("/bin/sh", ["-c", Script, "sh", folder], cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. from line in list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                   let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                   where words.Length == 2
                   select new RunningProcess(int.Parse(words[0], CultureInfo.InvariantCulture), words[1][0])];
    }
}
