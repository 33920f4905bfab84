using System.ComponentModel;
using System.Diagnostics;

namespace HaConnect.Operations.Processes;

/// <summary>
/// Programs of this host, as the user as whom a server may run: the caller, or, since no server runs as root, one to whom root switches. In an environment that says
/// nothing about PostgreSQL but what is given, in English.
/// </summary>
/// <param name="directory">Where PostgreSQL's programs are; null where PATH finds them.</param>
/// <param name="user">To whom root switches; null for the caller.</param>
internal sealed class HostPrograms(string? directory, string? user)
{
    private static readonly string[] s_serverUsers = ["postgres", "nobody"];

    /// <param name="directory">Where PostgreSQL's programs are; null where PATH finds them.</param>
    /// <param name="runAs">The user, where root is to switch to a certain one; null for postgres, or nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">There is no such user, or the caller cannot switch to it.</exception>
    internal static async Task<HostPrograms> FindAsync(string? directory, string? runAs, CancellationToken cancellationToken)
    {
        if (directory is not null && !Directory.Exists(directory))
            throw new ArgumentException($"ProgramDirectory is '{directory}', and there is no such folder. Name the one with PostgreSQL's programs, for instance /usr/lib/postgresql/15/bin.", nameof(directory));
        if (!Environment.IsPrivilegedProcess)
        {
            return runAs is null || runAs == Environment.UserName ? new(directory, null)
                : throw new ArgumentException($"RunAs is '{runAs}', and only root can run programs as another user. Leave it out, or run this as {runAs}.", nameof(runAs));
        }

        var own = new HostPrograms(null, null);
        foreach (var name in runAs is null ? s_serverUsers : [runAs])
        {
            var id = await own.RunAsync("id", ["-u", name], null, "/", cancellationToken).ConfigureAwait(false);
            if (id.ExitCode == 0 && id.Output.Trim() != "0")
                return new(directory, name);
        }

        throw new ArgumentException($"PostgreSQL does not run as root, and there is no user {string.Join(" or ", runAs is null ? s_serverUsers : [runAs])} to run it as. Name one by RunAs.", nameof(runAs));
    }

    /// <summary>The same programs as whoever runs this: for files that another user may not read.</summary>
    internal HostPrograms AsCaller() => new(directory, null);

    /// <summary>A program of PostgreSQL's by its path; any other as it is.</summary>
    internal string PathOf(string program) => directory is not null && File.Exists(Path.Combine(directory, program)) ? Path.Combine(directory, program) : program;

    /// <summary>Runs it to its end.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments, which every user of the machine can see.</param>
    /// <param name="environment">What it gets beside; null for nothing.</param>
    /// <param name="workingFolder">By which it can be found.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="InvalidOperationException">It cannot be run.</exception>
    internal async Task<ProgramResult> RunAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, string workingFolder, CancellationToken cancellationToken)
    {
        var start = Prepare(program, arguments, environment, workingFolder);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new ProgramResult(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <exception cref="InvalidOperationException">It cannot be run, or ended with an error.</exception>
    internal async Task<string> RunToSuccessAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, string workingFolder, CancellationToken cancellationToken)
    {
        var result = await RunAsync(program, arguments, environment, workingFolder, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"{Path.GetFileName(program)} ended with {result.ExitCode}: {result.Text}");
    }

    internal ProcessStartInfo Prepare(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, string workingFolder)
    {
        var start = new ProcessStartInfo(PathOf(program), arguments) { UseShellExecute = false, WorkingDirectory = workingFolder };
        if (user is not null)
            start.UserName = user;
        foreach (var key in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal) || k.StartsWith("LC_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(key);
        start.Environment["LC_ALL"] = "C";
        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[key] = value;
        return start;
    }

    /// <exception cref="InvalidOperationException">It cannot be run.</exception>
    internal static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{start.FileName} cannot be run: {e.Message}. Install it, or say where it is (ProgramDirectory for PostgreSQL's programs).", e);
        }
    }
}
