using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;

namespace HaConnect.Testing.Hosting;

/// <summary>
/// PostgreSQL's programs of an image. Containers share the host's network and the cluster's folder, so addresses, ports and files are the same as
/// with local programs, and everything else of this library works unchanged. That needs an engine on this very machine (on Docker Desktop: host
/// networking switched on). A container that runs nothing but sleep is where tools run; each server start is a container of its own.
/// </summary>
internal sealed class DockerHost : IPostgresHost
{
    public const string DefaultImage = "postgres:17";

    private readonly string _image;
    private readonly string _folder;
    private readonly UnixUser _user;
    private readonly IContainer _tools;

    private DockerHost(string image, string folder, UnixUser user)
    {
        (_image, _folder, _user) = (image, folder, user);
        _tools = Container(["sleep"], ["infinity"]);
    }

    public int MajorVersion { get; private set; }

    /// <exception cref="PostgresClusterException">There is no engine, or no such image.</exception>
    public static async Task<DockerHost> StartAsync(string image, string folder, UnixUser user, CancellationToken cancellationToken)
    {
        try
        {
            DockerHost host = new(image, folder, user);
            await host._tools.StartAsync(cancellationToken).ConfigureAwait(false);
            ToolResult version = await host.RunAsync("postgres", ["--version"], null, "", cancellationToken).ConfigureAwait(false);
            version.ThrowIfFailed("postgres --version");
            host.MajorVersion = PostgresBinaries.ParseMajor(version.Output);
            return host;
        }
        catch (Exception e) when (e is not (OperationCanceledException or PostgresClusterException))
        {
            throw new PostgresClusterException($"No Docker engine runs the image {image}: {e.Message}", e);
        }
    }

    public async Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, string input, CancellationToken cancellationToken)
    {
        // Docker's exec has no standard input here: it comes from a file in the cluster's folder, which only the servers' user can enter.
        string file = Path.Combine(_folder, $"input-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(file, input, cancellationToken).ConfigureAwait(false);
        _user.Own(file);
        IEnumerable<string> settings = (environment ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(pair => $"{pair.Key}={pair.Value}");
        try
        {
            ExecResult result = await _tools.ExecAsync(["sh", "-c", "exec <\"$0\"; exec env LC_ALL=C \"$@\"", file, .. settings, program, .. arguments], cancellationToken).ConfigureAwait(false);
            return new ToolResult((int)(result.ExitCode ?? -1), result.Stdout + result.Stderr);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public async Task<IServerProcess> StartServerAsync(string dataDirectory, string logFile, string? networkNamespace, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (networkNamespace is not null)
            throw new NotSupportedException("A server in a container stays in the host's network.");
        IContainer container = Container(["/bin/sh", "-c", "exec postgres -D \"$1\" >>\"$0\" 2>&1"], [logFile, dataDirectory]);
        await container.StartAsync(cancellationToken).ConfigureAwait(false);
        return new DockerServerProcess(container);
    }

    public ValueTask DisposeAsync() => _tools.DisposeAsync();

    private IContainer Container(string[] entrypoint, string[] command) =>
        new ContainerBuilder(_image)
            .WithEntrypoint(entrypoint)
            .WithCommand(command)
            .WithEnvironment("LC_ALL", "C")
            .WithBindMount(_folder, _folder)
            .WithBindMount("/etc/passwd", "/etc/passwd", DotNet.Testcontainers.Configurations.AccessMode.ReadOnly) // initdb asks for the name of its user
            .WithCreateParameterModifier(parameters =>
            {
                parameters.User = $"{_user.Uid}:{_user.Gid}";
                parameters.HostConfig!.NetworkMode = "host";
                parameters.StopSignal = "SIGKILL"; // stopping a container is how it is killed; the gentle ways go to the postmaster itself
            })
            .Build();
}
