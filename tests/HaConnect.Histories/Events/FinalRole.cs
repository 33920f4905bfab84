using System.Text.Json.Serialization;

namespace HaConnect.Histories;

[JsonConverter(typeof(JsonStringEnumConverter<FinalRole>))]
internal enum FinalRole
{
    /// <summary>What it holds is the truth of the cluster.</summary>
    [JsonStringEnumMemberName("primary")]
    Primary,

    /// <summary>Follows the primary and was waited for: it holds the same.</summary>
    [JsonStringEnumMemberName("standby")]
    Standby,

    /// <summary>No part of the cluster any more, for instance a former primary that came back and did not rejoin.</summary>
    [JsonStringEnumMemberName("apart")]
    Apart,
}
