using System.Text.Json.Serialization;

namespace HaConnect.Histories;

/// <summary>One line of a history: docs/history-format.md. Instants are nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Started), "start")]
[JsonDerivedType(typeof(Invoked), "invoke")]
[JsonDerivedType(typeof(Acked), "ok")]
[JsonDerivedType(typeof(Failed), "fail")]
[JsonDerivedType(typeof(NotKnown), "unknown")]
[JsonDerivedType(typeof(FaultBegan), "fault")]
[JsonDerivedType(typeof(FaultMended), "mended")]
[JsonDerivedType(typeof(FinalRead), "final")]
internal abstract record HistoryEvent
{
    public required long At { get; init; }
}
