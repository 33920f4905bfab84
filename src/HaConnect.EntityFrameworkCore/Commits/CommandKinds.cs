using Microsoft.EntityFrameworkCore.Diagnostics;

namespace HaConnect.EntityFrameworkCore.Commits;

/// <summary>What is known of a command by where Entity Framework Core has it from.</summary>
internal static class CommandKinds
{
    /// <summary>It writes, whatever its text says: what runs by ExecuteSql gives back no rows.</summary>
    internal static bool Writes(CommandSource source) =>
        source is CommandSource.SaveChanges or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete or CommandSource.ExecuteSqlRaw or CommandSource.Migrations;

    /// <summary>
    /// A command with rows that may write: where it runs outside of a transaction nothing tells what became of it once its connection is lost. A query that was made of LINQ alone counts as one that only
    /// reads. SQL of the application's may be anything, a function that writes or an INSERT with RETURNING.
    /// </summary>
    internal static bool MayWriteAlone(CommandSource source, string text) =>
        text.Contains(SqlTag.Text, StringComparison.Ordinal) || source is not (CommandSource.LinqQuery or CommandSource.ValueGenerator or CommandSource.Scaffolding or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete);
}
