using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HaConnect.ClusterTests.Discovery;

/// <summary>A name server for SRV records (RFC 1035, RFC 2782), over UDP on the loopback interface. Every other question gets NXDOMAIN.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private const ushort Srv = 33;
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _stop = new();
    private readonly string _name;
    private readonly Task _running;

    internal NameServer(string name)
    {
        _name = name;
        _running = Task.Run(RunAsync);
    }

    internal IPEndPoint Address => (IPEndPoint)_socket.Client.LocalEndPoint!;

    internal volatile IReadOnlyList<(string Target, int Port)> Records = [];

    /// <summary>It answers nobody.</summary>
    internal volatile bool IsSilent;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveAsync(_stop.Token);
                if (!IsSilent)
                    await _socket.SendAsync(Answer(query.Buffer), query.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // It was stopped.
        }
    }

    private byte[] Answer(byte[] query)
    {
        var labels = new List<string>();
        var end = 12;
        for (; query[end] != 0; end += query[end] + 1)
            labels.Add(Encoding.ASCII.GetString(query, end + 1, query[end]));
        var question = query[12..(end + 5)]; // the name, its end, type and class
        var isKnown = string.Join('.', labels) == _name && BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(end + 1)) == Srv;
        var records = isKnown ? Records : [];
        using var answer = new MemoryStream();
        answer.Write(query, 0, 2); // the query's id
        Write(answer, isKnown ? 0x8580 : 0x8583, 1, records.Count, 0, 0); // an authoritative answer; one question, so many answers
        answer.Write(question);
        foreach (var (target, port) in records)
        {
            var name = (byte[])[.. target.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
            Write(answer, 0xC00C, Srv, 1, 0, 1, 6 + name.Length, 0, 0, port); // the question's name, type, class, a lifetime of 1 s, length, priority, weight, port
            answer.Write(name);
        }

        return answer.ToArray();
    }

    private static void Write(Stream stream, params int[] words)
    {
        foreach (var word in words)
            stream.Write([(byte)(word >> 8), (byte)word]);
    }
}
