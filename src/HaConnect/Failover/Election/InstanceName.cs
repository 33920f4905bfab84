using System.Globalization;
using System.Security.Cryptography;

namespace HaConnect.Failover;

/// <summary>This instance's name in registers and records: host, process and a random part, since a process can have several.</summary>
internal static class InstanceName
{
    internal static string Create()
    {
        var host = string.Concat(Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.').Take(40));
        return string.Create(CultureInfo.InvariantCulture, $"{host}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
    }
}
