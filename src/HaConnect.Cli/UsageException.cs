namespace HaConnect.Cli;

/// <summary>The command line or the settings cannot be used. The message is shown as it is: it names the setting, the value and the remedy.</summary>
internal sealed class UsageException(string message) : Exception(message);
