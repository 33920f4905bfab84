using System.CommandLine;

namespace HaConnect.Cli.Backups;

/// <summary><c>haconnect backup</c>.</summary>
internal static class BackupCommands
{
    internal static Command Create(ToolContext context) => new("backup", "Base backups and archived WAL: a look at them, and a restore that proves them.") { BackupCheckCommand.Create(context), BackupDrillCommand.Create(context, "drill") };
}
