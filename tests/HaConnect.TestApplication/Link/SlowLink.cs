using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HaConnect.TestApplication;

/// <summary>
/// A network link before a server: takes connections at one address and passes what comes to another, each way late by a delay, and of
/// some chunks later still, as TCP resends what was lost. Commands come by standard input: <c>DELAY_MS LOSS_PERCENT</c>; it ends with it.
/// </summary>
internal sealed class SlowLink(IPEndPoint target)
{
    /// <summary>The least time after which TCP sends again; it doubles with each loss of the same data.</summary>
    private static readonly TimeSpan Resend = TimeSpan.FromMilliseconds(200);

    private volatile LinkQuality _quality = new(TimeSpan.Zero, 0);

    internal static async Task<int> RunAsync(string listen, string target)
    {
        var link = new SlowLink(IPEndPoint.Parse(target));
        using var listener = new TcpListener(IPEndPoint.Parse(listen));
        listener.Start();
        Console.WriteLine("listening");
        await await Task.WhenAny(link.AcceptAsync(listener), link.TakeCommandsAsync()); // where either fails, so does the process
        return 0;
    }

    private async Task TakeCommandsAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            _quality = new LinkQuality(TimeSpan.FromMilliseconds(int.Parse(words[0], CultureInfo.InvariantCulture)), int.Parse(words[1], CultureInfo.InvariantCulture));
            Console.WriteLine("set");
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
            _ = PassAsync(await listener.AcceptTcpClientAsync());
    }

    private async Task PassAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(target);
                var (there, back) = (new LinkDirection(client.GetStream(), server.GetStream(), LateBy), new LinkDirection(server.GetStream(), client.GetStream(), LateBy));
                await Task.WhenAny(there.RunAsync(), back.RunAsync());
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Either end has gone; the other one sees its connection closed.
            }
        }
    }

    private TimeSpan LateBy()
    {
        var (quality, late, again) = (_quality, _quality.Delay, Resend);
        for (; Random.Shared.Next(100) < quality.LossPercent && again < TimeSpan.FromSeconds(4); again *= 2)
            late += again;
        return late;
    }
}
