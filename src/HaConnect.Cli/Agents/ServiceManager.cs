using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace HaConnect.Cli.Agents;

/// <summary>Tells the service manager of the state, where it asks for it: a datagram to the socket that NOTIFY_SOCKET names (sd_notify(3)).</summary>
internal static class ServiceManager
{
    internal static void Notify(string state, ILogger logger)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
        }
        catch (Exception e) when (e is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            AgentMessages.NotTold(logger, state, e.Message);
        }
    }
}
