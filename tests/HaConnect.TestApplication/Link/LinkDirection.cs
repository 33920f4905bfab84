using System.Net.Sockets;
using System.Threading.Channels;

namespace HaConnect.TestApplication;

/// <summary>One way of one connection: reads at once and writes late, in order.</summary>
internal sealed class LinkDirection(NetworkStream from, NetworkStream to, Func<TimeSpan> lateBy)
{
    private readonly Channel<(long Due, byte[] Data)> _underWay = Channel.CreateBounded<(long, byte[])>(4096);

    /// <summary>Ends when its sender has closed and everything was passed on.</summary>
    /// <exception cref="IOException">Either end has gone.</exception>
    internal async Task RunAsync()
    {
        var (reading, writing) = (ReadAsync(), WriteAsync());
        await await Task.WhenAny(reading, writing);
        await writing;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[65536];
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer)) > 0)
                await _underWay.Writer.WriteAsync((TimeProvider.System.GetTimestamp() + (long)(lateBy().TotalSeconds * TimeProvider.System.TimestampFrequency), buffer[..read]));
        }
        finally
        {
            _underWay.Writer.TryComplete();
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var (due, data) in _underWay.Reader.ReadAllAsync())
        {
            var left = TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, TimeProvider.System);
            await to.WriteAsync(data);
        }
    }
}
