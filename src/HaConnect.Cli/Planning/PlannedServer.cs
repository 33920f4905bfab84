using HaConnect.Operations.Planning;

namespace HaConnect.Cli.Planning;

/// <summary>What a server gets.</summary>
internal sealed record PlannedServer(string Name, IReadOnlyList<PlannedSetting> Settings, IReadOnlyList<string> Access, string Commands);
