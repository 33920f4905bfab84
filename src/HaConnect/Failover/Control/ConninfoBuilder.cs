using System.Globalization;
using HaConnect.Options;

namespace HaConnect.Failover;

/// <summary>Builds and reads <c>primary_conninfo</c> (libpq connection strings). Pure.</summary>
/// <param name="replication">How standbys connect.</param>
/// <param name="nodes">The data nodes.</param>
/// <param name="database">
/// Named where slots are kept: a standby that keeps failover slots (PostgreSQL 17, <c>sync_replication_slots</c>) reads them in a session there;
/// streaming takes no notice of it.
/// </param>
internal sealed class ConninfoBuilder(ReplicationOptions replication, IReadOnlyList<ConfiguredNode> nodes, string database = "postgres")
{
    /// <summary>How the standby connects to the primary; its <c>application_name</c> is its name in synchronous_standby_names.</summary>
    internal string Build(string standby, string primary)
    {
        var node = nodes.First(n => n.Name == primary);
        var text = $"host={Quote(node.Host)} port={node.Port.ToString(CultureInfo.InvariantCulture)} user={Quote(replication.Username!)}";
        if (replication.Password is { } password)
            text += $" password={Quote(password)}";
        if (replication.PassFile is { } file)
            text += $" passfile={Quote(file)}";
        if (replication.SslMode is { } mode)
            text += $" sslmode={Quote(mode)}";
        if (replication.KeepSlots)
            text += $" dbname={Quote(database)}";
        return text + $" application_name={Quote(standby)}";
    }

    /// <summary>The name of the node that a conninfo leads to; null where it leads to none of them.</summary>
    internal string? UpstreamOf(string conninfo)
    {
        var parts = Parse(conninfo);
        var port = int.TryParse(parts.GetValueOrDefault("port", "5432"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var host = parts.GetValueOrDefault("host") ?? parts.GetValueOrDefault("hostaddr");
        return nodes.FirstOrDefault(n => n.Host == host && n.Port == port)?.Name;
    }

    /// <summary>What in a standby's present conninfo differs from what a coordinator would write; null where nothing that matters.</summary>
    internal string? Difference(string standby, string conninfo)
    {
        var parts = Parse(conninfo);
        if (parts.GetValueOrDefault("user") != replication.Username)
            return $"its primary_conninfo has user={parts.GetValueOrDefault("user")}, but Failover.Replication.Username is {replication.Username}; make them agree";
        if (parts.GetValueOrDefault("application_name") != standby)
            return $"its primary_conninfo has application_name={parts.GetValueOrDefault("application_name") ?? "(none)"}, but the node's name is {standby}; make them agree, since synchronous_standby_names goes by it";
        return UpstreamOf(conninfo) is null
            ? $"its primary_conninfo leads to {parts.GetValueOrDefault("host")}:{parts.GetValueOrDefault("port")}, which is none of the configured nodes; list the nodes under the addresses they use among themselves"
            : null;
    }

    internal static Dictionary<string, string> Parse(string conninfo)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        var i = 0;
        while (i < conninfo.Length)
        {
            while (i < conninfo.Length && char.IsWhiteSpace(conninfo[i]))
                i++;
            var equals = conninfo.IndexOf('=', i);
            if (equals < 0)
                break;
            var key = conninfo[i..equals].Trim();
            i = equals + 1;
            while (i < conninfo.Length && char.IsWhiteSpace(conninfo[i]))
                i++;
            parts[key] = ReadValue(conninfo, ref i);
        }

        return parts;
    }

    private static string ReadValue(string text, ref int i)
    {
        var value = new System.Text.StringBuilder();
        var quoted = i < text.Length && text[i] == '\'';
        if (quoted)
            i++;
        for (; i < text.Length; i++)
        {
            if (quoted ? text[i] == '\'' : char.IsWhiteSpace(text[i]))
                break;
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            value.Append(text[i]);
        }

        i++;
        return value.ToString();
    }

    private static string Quote(string value) =>
        value.Length > 0 && value.All(c => !char.IsWhiteSpace(c) && c is not '\'' and not '\\')
            ? value
            : $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
