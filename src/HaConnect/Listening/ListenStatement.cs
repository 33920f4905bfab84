using System.Text;

namespace HaConnect.Listening;

/// <summary>LISTEN takes no parameters: the channels are quoted identifiers.</summary>
internal static class ListenStatement
{
    /// <summary>PostgreSQL cuts an identifier off behind it, and NOTIFY refuses longer ones.</summary>
    internal const int LongestChannel = 63;

    /// <exception cref="ArgumentException">There is no channel, or one that PostgreSQL cannot have.</exception>
    internal static string Build(IEnumerable<string> channels)
    {
        var statement = new StringBuilder();
        foreach (var channel in channels)
        {
            if (string.IsNullOrEmpty(channel) || channel.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException($"'{channel}' cannot be a channel: it must not be empty and not contain the character 0.", nameof(channels));
            if (Encoding.UTF8.GetByteCount(channel) is > LongestChannel and var length)
                throw new ArgumentException($"The channel '{channel}' has {length} bytes; PostgreSQL allows {LongestChannel}. Choose a shorter name.", nameof(channels));
            statement.Append("LISTEN \"").Append(channel.Replace("\"", "\"\"", StringComparison.Ordinal)).Append("\";");
        }

        if (statement.Length == 0)
            throw new ArgumentException("No channel is given: name at least one.", nameof(channels));
        return statement.ToString();
    }
}
