using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Network;

/// <summary>
/// Stands between applications and one server and counts who comes, by the application name of the startup packet; those without one count as
/// <see cref="Application"/>. As a black hole it passes nothing on any more, in either direction, and answers nobody.
/// </summary>
internal sealed class CountingProxy : IAsyncDisposable
{
    internal const string Application = "(application)";
    private const int SslRequest = 80877103, GssRequest = 80877104, CancelRequest = 80877102;

    private readonly PostgresNode _node;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, int> _came = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _thawed = new(TaskCreationOptions.RunContinuationsAsynchronously); // never: a hole is for good
    private readonly Task _accepting;
    private volatile bool _isBlackHole;

    internal CountingProxy(PostgresNode node)
    {
        _node = node;
        _listener.Start(1000);
        _accepting = Task.Run(AcceptAsync);
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections an application has begun; of all where it is null.</summary>
    internal int Came(string? application = null) => application is null ? _came.Values.Sum() : _came.GetValueOrDefault(application);

    internal void BecomeBlackHole() => _isBlackHole = true;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        foreach (var socket in _open)
            socket.Dispose();
        await ((Task)_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptSocketAsync(_stop.Token);
            _open.Add(client);
            _ = Task.Run(() => ServeAsync(client));
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using var near = new NetworkStream(client, ownsSocket: true);
            var startup = await ReadStartupAsync(near);
            _came.AddOrUpdate(ApplicationOf(startup), 1, (_, before) => before + 1);
            await PassAsync();
            using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            _open.Add(server);
            await server.ConnectAsync(_node.Host, _node.Port, _stop.Token);
            using var far = new NetworkStream(server, ownsSocket: true);
            await far.WriteAsync(startup, _stop.Token);
            client.NoDelay = true;
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near)); // where one side ends, both do
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The end of a connection, however it comes.
        }
    }

    private Task PassAsync() => _isBlackHole ? _thawed.Task.WaitAsync(_stop.Token) : Task.CompletedTask;

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16384];
        while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var count)
        {
            await PassAsync();
            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }

        await PassAsync(); // nor does it tell of an end
    }

    /// <summary>The first packet that is no question for encryption; those are answered with no.</summary>
    private async Task<byte[]> ReadStartupAsync(NetworkStream near)
    {
        while (true)
        {
            var length = new byte[4];
            await near.ReadExactlyAsync(length, _stop.Token);
            var packet = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            length.CopyTo(packet, 0);
            await near.ReadExactlyAsync(packet.AsMemory(4), _stop.Token);
            if (BinaryPrimitives.ReadInt32BigEndian(packet.AsSpan(4)) is not (SslRequest or GssRequest))
                return packet;
            await near.WriteAsync("N"u8.ToArray(), _stop.Token);
        }
    }

    private static string ApplicationOf(byte[] startup)
    {
        if (BinaryPrimitives.ReadInt32BigEndian(startup.AsSpan(4)) == CancelRequest)
            return "(cancel request)";
        var words = Encoding.UTF8.GetString(startup.AsSpan(8)).Split('\0');
        var at = Array.IndexOf(words, "application_name");
        return at < 0 || words[at + 1].Length == 0 ? Application : words[at + 1];
    }
}
