namespace HaConnect.Audit;

/// <summary>A setting of the cluster that is another one than before.</summary>
internal sealed record ConfigurationChange(string Setting, string? Node, string Sentence, string? Before, string? After);
