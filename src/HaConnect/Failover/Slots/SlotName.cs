using System.Security.Cryptography;
using System.Text;

namespace HaConnect.Failover.Slots;

/// <summary>The name of the slot that is kept for a node which names none itself: lower-case letters, digits and underscores, 63 at most.</summary>
internal static class SlotName
{
    internal const string Prefix = "haconnect_";

    /// <summary>Where the node's name has other characters, too, a part of its hash keeps two nodes apart.</summary>
    internal static string For(string node)
    {
        var name = string.Concat(node.Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : '_'));
        return name == node && name.Length <= 40
            ? Prefix + name
            : $"{Prefix}{name[..Math.Min(name.Length, 40)]}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node)).AsSpan(0, 4))}";
    }

    internal static bool IsOurs(string slot) => slot.StartsWith(Prefix, StringComparison.Ordinal);
}
