using System.ComponentModel;
using System.Diagnostics;

namespace HaConnect.Operations.Rejoining;

/// <summary>This host: PostgreSQL's programs as child processes of the calling user, who must own the data folder.</summary>
internal sealed class PgCtlHost(RejoinOptions options, string? configFile) : IServerHost
{
    /// <summary>As <c>pg_ctl status</c> has it; it says other things where it cannot tell.</summary>
    private const int Running = 0;
    private const int NotRunning = 3;

    public Task<(int ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments, string? password, CancellationToken cancellationToken) =>
        RunProgramAsync(options.ProgramDirectory is { } folder ? Path.Combine(folder, program) : program, arguments, password, cancellationToken);

    public string AddressOf(string primaryHost) => primaryHost;

    public async Task<bool> IsRunningAsync(CancellationToken cancellationToken)
    {
        var (exitCode, output) = await RunAsync("pg_ctl", ["status", "-D", options.DataDirectory], null, cancellationToken).ConfigureAwait(false);
        return exitCode switch
        {
            Running => true,
            NotRunning => false,
            _ => throw new InvalidOperationException($"Whether a server runs in {options.DataDirectory} cannot be told, and nothing was changed: pg_ctl status ended with {exitCode}: {output.Trim()}"),
        };
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (options.StopCommand is [var program, ..])
        {
            await RunToSuccessAsync(program, [.. options.StopCommand.Skip(1)], cancellationToken).ConfigureAwait(false);
            return;
        }

        // A fast stop waits for standbys, which may hang.
        if ((await RunAsync("pg_ctl", ["stop", "-D", options.DataDirectory, "-m", "fast", "-w", "-t", "10"], null, cancellationToken).ConfigureAwait(false)).ExitCode != 0 && await IsRunningAsync(cancellationToken).ConfigureAwait(false))
            await RunToSuccessAsync(null, ["stop", "-D", options.DataDirectory, "-m", "immediate", "-w"], cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => options.StartCommand is [var program, ..]
        ? RunToSuccessAsync(program, [.. options.StartCommand.Skip(1)], cancellationToken)
        : RunToSuccessAsync(null, ["start", "-D", options.DataDirectory, "-w", "-l", options.DataDirectory.TrimEnd(Path.DirectorySeparatorChar) + ".log", .. configFile is null ? (string[])[] : ["-o", $"-c config_file={ForShell(configFile)}"]], cancellationToken);

    /// <summary>Whoever runs this owns what it writes, but for root, whose programs switch to the server's user: that one owns the folder.</summary>
    public void Own(string path)
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux())
            return;
        using var chown = Start(new ProcessStartInfo("chown", [$"--reference={Path.GetDirectoryName(path)}", path]));
        chown.WaitForExit();
        if (chown.ExitCode != 0)
            throw new InvalidOperationException($"{path} could not be given to the owner of its folder: chown ended with {chown.ExitCode}.");
    }

    /// <summary>pg_ctl hands its options to a shell.</summary>
    private static string ForShell(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <param name="program">Null for pg_ctl.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Kills it.</param>
    private async Task RunToSuccessAsync(string? program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (exitCode, output) = program is null
            ? await RunAsync("pg_ctl", arguments, null, cancellationToken).ConfigureAwait(false)
            : await RunProgramAsync(program, arguments, null, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new InvalidOperationException($"{program ?? "pg_ctl"} {string.Join(' ', arguments)} ended with {exitCode}: {output.Trim()}");
    }

    /// <summary>The password goes by the environment, for arguments can be read by every user of the machine.</summary>
    private static async Task<(int ExitCode, string Output)> RunProgramAsync(string program, IReadOnlyList<string> arguments, string? password, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        if (password is not null)
            start.Environment["PGPASSWORD"] = password;
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            // A server that is started inherits the output: it is read for as long as the program itself lives.
            var text = new System.Text.StringBuilder();
            DataReceivedEventHandler append = (_, line) =>
            {
                lock (text)
                    text.AppendLine(line.Data);
            };
            process.OutputDataReceived += append;
            process.ErrorDataReceived += append;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            lock (text)
                return (process.ExitCode, text.ToString());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{start.FileName} cannot be run: {e.Message}. Set RejoinOptions.ProgramDirectory to where PostgreSQL's programs are.", e);
        }
    }
}
