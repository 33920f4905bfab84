using System.Text.Json;

namespace HaConnect.Doctor;

/// <summary>A connection that replicates from a node.</summary>
/// <param name="Name">Its application_name.</param>
/// <param name="User">Its role.</param>
/// <param name="Address">Where it comes from; empty for a socket.</param>
/// <param name="State">As pg_stat_replication has it.</param>
/// <param name="IsLocal">From the same host.</param>
/// <param name="IsEncrypted">By TLS.</param>
/// <param name="IsLogical">It decodes changes for a subscriber.</param>
internal sealed record ReplicationSender(string Name, string User, string Address, string State, bool IsLocal, bool IsEncrypted, bool IsLogical)
{
    internal static ReplicationSender From(JsonElement row) => new(row[0].GetString() ?? "", row[1].GetString() ?? "", row[2].GetString() ?? "", row[3].GetString() ?? "", row[4].GetBoolean(), row[5].GetBoolean(), row[6].GetBoolean());
}
