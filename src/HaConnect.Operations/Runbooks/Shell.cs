using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Runbooks;

/// <summary>Commands for a POSIX shell.</summary>
internal static class Shell
{
    /// <summary>psql at a node, which asks for a password where it finds none in PGPASSFILE or ~/.pgpass.</summary>
    internal static string Psql(RunbookFacts facts, string host, int port) =>
        $"psql -X -v ON_ERROR_STOP=1 -d {PosixShell.Quote(LibpqConninfo.Of(host, port, facts.Username, facts.Database, null, facts.Replication.SslMode))}";

    internal static string Psql(RunbookFacts facts, RunbookNode node) => Psql(facts, node.Host, node.Port);

    /// <summary>Statements for <see cref="Psql(RunbookFacts, RunbookNode)"/>. No line of them is the word that ends them.</summary>
    internal static string Statements(string sql) => $"<<'SQL'\n{sql}\nSQL";
}
