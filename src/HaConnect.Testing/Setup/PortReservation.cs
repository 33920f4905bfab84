using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HaConnect.Testing.Setup;

/// <summary>
/// A port that stays ours while its server is down. It lies below the range from which the system takes ports for outgoing connections, for one of
/// those could else take it between a kill and the next start. Other processes that reserve in this way see the reservation: on Linux it is a socket
/// with an abstract name, which belongs to the machine and vanishes with us.
/// </summary>
internal sealed class PortReservation : IDisposable
{
    private readonly Socket? _claim;

    private PortReservation(int port, Socket? claim) => (Port, _claim) = (port, claim);

    public int Port { get; }

    public static PortReservation Take(IPAddress? address)
    {
        int end = FirstOutgoingPort();
        for (int attempt = 0; attempt < 500; attempt++)
        {
            int port = Random.Shared.Next(Math.Min(12000, end / 2), end);
            if (TryClaim(port, out Socket? claim))
            {
                if (address is null || IsFree(address, port))
                    return new PortReservation(port, claim);
                claim?.Dispose();
            }
        }
        throw new PostgresClusterException($"No free port below {end} on {address}.");
    }

    public void Dispose() => _claim?.Dispose();

    private static int FirstOutgoingPort()
    {
        const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
        int first = File.Exists(Range) ? int.Parse(File.ReadAllText(Range).Split((char[])[' ', '\t'])[0], CultureInfo.InvariantCulture) : 32768;
        return Math.Clamp(first, 8192, 49152);
    }

    private static bool TryClaim(int port, out Socket? claim)
    {
        claim = null;
        if (!OperatingSystem.IsLinux())
            return true;
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0haconnect-pg-port-{port}"));
            claim = socket;
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            return false;
        }
    }

    private static bool IsFree(IPAddress address, int port)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
