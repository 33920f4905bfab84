using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using HaConnect.AspNetCore.Page.Actions;
using HaConnect.AspNetCore.Page.Web;
using HaConnect.Status;

namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>What goes to the page and comes from it. Without indentation there is no line break in it, so that it is one line of an event.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(IReadOnlyList<Decision>))]
[JsonSerializable(typeof(IReadOnlyList<HistoryPoint>))]
[JsonSerializable(typeof(Hello))]
[JsonSerializable(typeof(ActionRequest))]
[JsonSerializable(typeof(ActionNews))]
internal sealed partial class PageJson : JsonSerializerContext
{
    /// <summary>A server-sent event. Source: HTML Living Standard, 9.2 Server-sent events.</summary>
    internal static ReadOnlyMemory<byte> Event<T>(string name, T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        buffer.Write("event: "u8);
        buffer.Write(System.Text.Encoding.ASCII.GetBytes(name));
        buffer.Write("\ndata: "u8);
        using (var writer = new Utf8JsonWriter(buffer))
            JsonSerializer.Serialize(writer, value, type);
        buffer.Write("\n\n"u8);
        return buffer.WrittenMemory;
    }
}
