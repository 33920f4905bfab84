using System.Globalization;
using Npgsql;

namespace HaConnect.Operations.Backups;

/// <summary>Reads every table of a copy from begin to end, values that are stored apart included.</summary>
internal sealed class TableReading(CopyServer server)
{
    private const string DatabasesSql = "SELECT d.datname::text FROM pg_catalog.pg_database d WHERE d.datallowconn AND NOT d.datistemplate ORDER BY 1";

    private const string TablesSql = """
        SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relpersistence = 'u' OR (c.relkind = 'm' AND NOT c.relispopulated),
               EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'amcheck')
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' ORDER BY 1
        """;

    private readonly List<BackupFinding> _findings = [];
    private readonly List<string> _withAmcheck = [];
    private int _left;

    internal IReadOnlyList<BackupFinding> Findings => _findings;

    /// <summary>Databases in which pg_amcheck can check.</summary>
    internal IReadOnlyList<string> WithAmcheck => _withAmcheck;

    internal int Tables { get; private set; }

    internal long Rows { get; private set; }

    /// <summary>Unlogged tables, which no backup has the rows of, and materialized views without rows.</summary>
    internal int Left => _left;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var first = server.Connect("template1");
        await using var _ = first.ConfigureAwait(false);
        foreach (var (database, _, _) in await ListAsync(first, DatabasesSql, static r => (r.GetString(0), false, false), cancellationToken).ConfigureAwait(false))
            await ReadDatabaseAsync(database, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        var source = server.Connect(database);
        await using var _ = source.ConfigureAwait(false);
        foreach (var (table, isWithoutRows, hasAmcheck) in await ListAsync(source, TablesSql, static r => (r.GetString(0), r.GetBoolean(1), r.GetBoolean(2)), cancellationToken).ConfigureAwait(false))
        {
            if (hasAmcheck && !_withAmcheck.Contains(database))
                _withAmcheck.Add(database);
            if (isWithoutRows)
            {
                _left++;
                continue;
            }

            try
            {
                Rows += await ReadTableAsync(source, table, cancellationToken).ConfigureAwait(false);
                Tables++;
            }
            catch (NpgsqlException e)
            {
                _findings.Add(new(CheckState.Critical, $"{database}.{table}", $"this table cannot be read in the copy: {(e is PostgresException p ? string.Create(CultureInfo.InvariantCulture, $"{p.SqlState}: {p.MessageText}") : e.Message)}"));
            }
        }
    }

    /// <returns>Its rows: in COPY's text form each is a line.</returns>
    private static async Task<long> ReadTableAsync(NpgsqlDataSource source, string table, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        using var reader = await connection.BeginTextExportAsync($"COPY (SELECT * FROM ONLY {table}) TO STDOUT", cancellationToken).ConfigureAwait(false);
        var (buffer, rows, read) = (new char[1 << 16], 0L, 0);
        while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            rows += buffer.AsSpan(0, read).Count('\n');
        return rows;
    }

    private static async Task<List<(string, bool, bool)>> ListAsync(NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, (string, bool, bool)> read, CancellationToken cancellationToken)
    {
        var command = source.CreateCommand(sql);
        await using var ofCommand = command.ConfigureAwait(false);
        var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofRows = rows.ConfigureAwait(false);
        List<(string, bool, bool)> list = [];
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            list.Add(read(rows));
        return list;
    }
}
