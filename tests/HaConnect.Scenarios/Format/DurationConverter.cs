using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaConnect.Scenarios.Format;

/// <summary>Durations as people write them: <c>250 ms</c>, <c>5 s</c>, <c>2 min</c>.</summary>
internal sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return text?.Split(' ') is [var number, var unit] && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? unit switch
            {
                "ms" => TimeSpan.FromMilliseconds(value),
                "s" => TimeSpan.FromSeconds(value),
                "min" => TimeSpan.FromMinutes(value),
                _ => throw new JsonException($"'{text}' has no unit: ms, s or min"),
            }
            : throw new JsonException($"'{text}' is no duration such as '250 ms'");
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => throw new NotSupportedException();
}
