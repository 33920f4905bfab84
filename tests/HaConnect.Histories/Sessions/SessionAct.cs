using System.Text.Json.Serialization;

namespace HaConnect.Histories;

[JsonConverter(typeof(JsonStringEnumConverter<SessionAct>))]
internal enum SessionAct
{
    /// <summary>A stretch of the run begins; no operation.</summary>
    [JsonStringEnumMemberName("phase")]
    Phase,

    /// <summary>The one writer of ticks commits the next one.</summary>
    [JsonStringEnumMemberName("tick")]
    Tick,

    /// <summary>A session commits the next value of its own.</summary>
    [JsonStringEnumMemberName("write")]
    Write,

    /// <summary>A session reads the newest tick, and the newest value of its own, in one statement.</summary>
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>All ticks that the primary holds in the end.</summary>
    [JsonStringEnumMemberName("final")]
    Final,
}
