namespace HaConnect.Benchmarks.Mapping;

public sealed class Note
{
    public long Id { get; init; }

    public required string Text { get; init; }
}
