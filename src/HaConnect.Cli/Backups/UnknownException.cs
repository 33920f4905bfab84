namespace HaConnect.Cli.Backups;

/// <summary>It could not be found out. The message is shown as it is.</summary>
internal sealed class UnknownException(string message) : Exception(message);
