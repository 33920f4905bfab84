using System.Diagnostics;
using System.Runtime.InteropServices;
using HaConnect.ClusterTests.Cli;
using HaConnect.Operations.Processes;
using HaConnect.Testing;
using HaConnect.Testing.Setup;

namespace HaConnect.ClusterTests.Drills;

/// <summary>
/// An SSH server of the servers' host, for the servers' user, who runs it: with a key of its own and one that it lets in, on a port of loopback. There are <c>haconnect</c> and, since no
/// service manager keeps these servers, <c>strike SIGNAL NODE</c>, which signals every process of a node as <c>systemctl kill</c> does.
/// </summary>
internal sealed class SshServer : IAsyncDisposable
{
    private readonly PortReservation _port = PortReservation.Take(System.Net.IPAddress.Loopback);
    private readonly HostPrograms _programs;
    private readonly string _folder;
    private Process? _process;

    private SshServer(HostPrograms programs, string folder) => (_programs, _folder) = (programs, folder);

    /// <summary>How a drill reaches a host.</summary>
    internal string Command => $"ssh -F {_folder}/client.conf $HACONNECT_HOST";

    /// <summary>Installed, or unpacked by eng/install-ssh-server.sh; null where it is not here.</summary>
    private static string? Program { get; } = Find([.. Folders("PATH"), "/usr/sbin", .. Folders("HACONNECT_SSH_SERVER"), "/var/tmp/haconnect-ssh-server"], "sshd");

    private static bool HasClient { get; } = Find([.. Folders("PATH")], "ssh") is not null && Find([.. Folders("PATH")], "ssh-keygen") is not null;

    internal static async Task<SshServer> StartAsync(PostgresCluster cluster, CancellationToken cancellationToken)
    {
        Assert.SkipWhen(Program is null, "There is no sshd on this machine (eng/install-ssh-server.sh).");
        Assert.SkipUnless(HasClient, "ssh or ssh-keygen is not on this machine.");
        var binaries = PostgresBinaries.Find(null)!;
        var programs = await HostPrograms.FindAsync(binaries, null, cancellationToken);
        var user = (await programs.RunToSuccessAsync("id", ["-un"], null, "/", cancellationToken)).Trim();
        var shell = (await programs.RunAsync("getent", ["passwd", user], null, "/", cancellationToken)).Output.Trim().Split(':')[^1];
        Assert.SkipWhen(shell.Length == 0 || shell.EndsWith("nologin", StringComparison.Ordinal) || shell.EndsWith("/false", StringComparison.Ordinal), $"The servers' user {user} has no shell to log in with.");
        var root = Path.GetDirectoryName(cluster["n1"].DataDirectory)!;
        var made = new SshServer(programs, Path.Combine(root, "ssh"));
        try
        {
            await made.LayOutAsync(root, user, cancellationToken);
            await made.StartAsync(cancellationToken);
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }

        return made;
    }

    /// <summary>Over ssh.</summary>
    internal Task<ProgramResult> RunAsync(string command, CancellationToken cancellationToken) =>
        new HostPrograms(null, null).RunAsync("ssh", ["-F", $"{_folder}/client.conf", "127.0.0.1", command], null, "/", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
            process.Dispose();
        }

        _port.Dispose();
    }

    private async Task LayOutAsync(string root, string user, CancellationToken cancellationToken)
    {
        const string script = """
            umask 077
            mkdir -p "$1/bin" && cd "$1" || exit 1
            ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f key || exit 1
            printf '[127.0.0.1]:%s %s\n' "$2" "$(cut -d ' ' -f 1,2 host.pub)" > known_hosts
            """;
        await _programs.RunToSuccessAsync("/bin/sh", ["-c", script, "sh", _folder, $"{_port.Port}"], null, root, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "sshd_config"), $"""
            ListenAddress 127.0.0.1
            Port {_port.Port}
            HostKey {_folder}/host
            AuthorizedKeysFile {_folder}/key.pub
            AuthenticationMethods publickey
            # Its folder is in one into which everybody may write.
            StrictModes no
            UsePAM no
            PidFile none
            SetEnv PATH={_folder}/bin:/usr/bin:/bin
            """, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "client.conf"), $"""
            Host 127.0.0.1
            User {user}
            Port {_port.Port}
            IdentityFile {_folder}/key
            IdentitiesOnly yes
            UserKnownHostsFile {_folder}/known_hosts
            StrictHostKeyChecking yes
            BatchMode yes

            """, cancellationToken);
        await WriteProgramAsync("strike", $"for process in /proc/[0-9]*; do [ \"$(readlink $process/cwd)\" != \"{root}/$2\" ] || kill -s $1 ${{process#/proc/}}; done", cancellationToken);

        // The tool where its user can read it.
        var tool = ToolProcess.Command;
        if (tool.Count > 1)
        {
            await new HostPrograms(null, null).RunToSuccessAsync("cp", ["-R", Path.GetDirectoryName(tool[1])!, $"{_folder}/tool"], null, root, cancellationToken);
            await new HostPrograms(null, null).RunToSuccessAsync("chown", ["-R", $"--reference={_folder}", $"{_folder}/tool"], null, root, cancellationToken);
            var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")); // whose runtime this is
            Assert.SkipUnless((await _programs.RunAsync("test", ["-x", dotnet], null, "/", cancellationToken)).ExitCode == 0, $"The servers' user {user} may not run {dotnet}.");
            tool = [dotnet, $"{_folder}/tool/{Path.GetFileName(tool[1])}"];
        }

        await WriteProgramAsync("haconnect", $"exec {string.Join(' ', tool)} \"$@\"", cancellationToken);
        await _programs.RunToSuccessAsync($"{_folder}/bin/haconnect", ["--version"], null, root, cancellationToken);
    }

    private async Task WriteProgramAsync(string name, string line, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_folder, "bin", name);
        await File.WriteAllTextAsync(file, $"#!/bin/sh\n{line}\n", cancellationToken);
        await new HostPrograms(null, null).RunToSuccessAsync("chmod", ["755", file], null, _folder, cancellationToken);
    }

    /// <summary>It ends with its input, so also with this process, however that ends.</summary>
    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = _programs.Prepare("/bin/sh", ["-c", "\"$1\" -D -e -f sshd_config >sshd.log 2>&1 & read -r _; kill $!; wait", "sh", Program!], null, _folder);
        start.RedirectStandardInput = true;
        _process = Process.Start(start)!;
        await ClusterTest.UntilAsync("the SSH server lets the key in", async () =>
        {
            var run = await RunAsync("true", cancellationToken);
            return run.ExitCode == 0 || (_process.HasExited ? throw new InvalidOperationException(await File.ReadAllTextAsync(Path.Combine(_folder, "sshd.log"), cancellationToken)) : false);
        });
    }

    private static string? Find(IEnumerable<string> folders, string program) => folders.Where(f => f.Length > 0).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    private static string[] Folders(string variable) => (Environment.GetEnvironmentVariable(variable) ?? "").Split(Path.PathSeparator);
}
