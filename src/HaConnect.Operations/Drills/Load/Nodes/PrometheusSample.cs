namespace HaConnect.Operations.Drills.Load;

/// <summary>One value that an exporter gives.</summary>
internal sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    internal string? Label(string name) => Labels.GetValueOrDefault(name);
}
