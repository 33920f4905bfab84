using System.Text.Json.Serialization;

namespace HaConnect.Histories;

[JsonConverter(typeof(JsonStringEnumConverter<OperationKind>))]
internal enum OperationKind
{
    /// <summary>Inserts a row.</summary>
    [JsonStringEnumMemberName("write")]
    Write,

    /// <summary>Moves an amount from one account to another and inserts a row, all in one transaction.</summary>
    [JsonStringEnumMemberName("transfer")]
    Transfer,

    /// <summary>Reads the newest rows of every writer and the sum of all accounts, in one snapshot.</summary>
    [JsonStringEnumMemberName("read")]
    Read,
}
