using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace HaConnect.ClusterTests.Network;

/// <summary>An address of this machine that is not loopback.</summary>
internal static class OwnAddress
{
    internal static string? OfThisMachine => NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address).FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork)?.ToString();
}
