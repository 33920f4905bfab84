using HaConnect.Connections;
using HaConnect.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>
/// The rows by which it is told whether a transaction whose COMMIT was lost has been committed. Who asks writes the same key: that waits for a transaction
/// which is still under way at that server, and then either the key is taken by it, or it can never be.
/// </summary>
/// <param name="operations">Runs what is asked.</param>
/// <param name="patience">How long a question may take that has reached a primary: the transaction may wait there for a standby that is gone.</param>
/// <param name="logger">Where to log.</param>
internal sealed class CommitTokens(OperationRunner operations, TimeSpan patience, ILogger logger)
{
    /// <summary>How old a row is when it may be deleted, by the server's clock. Far above the time for which it can be asked for.</summary>
    internal const string KeptFor = "1 day";

    /// <summary>One in so many transactions is followed by a clean-up.</summary>
    internal const int CleanEvery = 500;

    /// <summary>More than are written meanwhile, so that an instance that cleans alone keeps up.</summary>
    internal const int CleanAtMost = 1000;

    /// <summary>The schema, the table and its row type can each be made by another one meanwhile, by each of several only once.</summary>
    internal const int CreateAtMost = 10;

    /// <summary>Half of the time that a row is kept: what was begun longer ago may have been deleted.</summary>
    internal static readonly TimeSpan TellsFor = TimeSpan.FromHours(12);

    private const string Check = """
        SELECT pg_catalog.to_regclass('haconnect.commit_token') IS NOT NULL,
               pg_catalog.has_table_privilege(pg_catalog.to_regclass('haconnect.commit_token')::oid, 'INSERT')
           AND pg_catalog.has_table_privilege(pg_catalog.to_regclass('haconnect.commit_token')::oid, 'SELECT')
           AND pg_catalog.has_table_privilege(pg_catalog.to_regclass('haconnect.commit_token')::oid, 'DELETE')
        """;

    internal const string Columns = """
        (
            token uuid PRIMARY KEY,
            is_commit boolean NOT NULL,
            written_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp())
        """;

    private const string Create = $"""
        CREATE SCHEMA IF NOT EXISTS haconnect;
        CREATE TABLE IF NOT EXISTS haconnect.commit_token {Columns}
        """;

    private const string Insert = "INSERT INTO haconnect.commit_token (token, is_commit) VALUES ($1, true)";

    /// <summary>The last command writes in any case, so that the answer is confirmed like any commit, with all that was committed before.</summary>
    private static readonly string[] Ask =
    [
        "INSERT INTO haconnect.commit_token (token, is_commit) VALUES ($1, false) ON CONFLICT DO NOTHING",
        "SELECT is_commit FROM haconnect.commit_token WHERE token = $1",
        Confirmation.Sql,
    ];

    /// <summary>Which standby has it does not matter: what is lost is deleted again.</summary>
    private static readonly string[] Clean =
    [
        "SELECT pg_catalog.set_config('synchronous_commit', 'off', true)",
        $"""
        DELETE FROM haconnect.commit_token
         WHERE written_at < pg_catalog.now() - interval '{KeptFor}'
           AND token IN (SELECT token FROM haconnect.commit_token ORDER BY token LIMIT {CleanAtMost})
        """,
    ];

    private readonly OperationRequest _question = OperationRequest.Own with { Timeout = patience < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : patience };
    private volatile bool _tableIsThere;
    private int _written;

    /// <summary>What a transaction's token tells of it.</summary>
    /// <param name="isCommitted">Whether the row is its own.</param>
    /// <param name="age">How long ago its COMMIT began.</param>
    internal static WorkEnd Judge(bool isCommitted, TimeSpan age) => isCommitted ? WorkEnd.Applied : age < TellsFor ? WorkEnd.NotApplied : WorkEnd.Unknown;

    internal static NpgsqlBatchCommand Write(Guid token) => new(Insert) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = token } } };

    /// <summary>Whether an error says that the table is not there, or may not be used.</summary>
    internal static bool IsOfTable(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedColumn
        && (error.MessageText.Contains("haconnect", StringComparison.Ordinal) || error.MessageText.Contains("commit_token", StringComparison.Ordinal)); // COMMIT may raise the like of other tables, by deferred triggers

    /// <summary>What to throw for an error of the table in a transaction, which was not applied then.</summary>
    internal NpgsqlException TableFailed(PostgresException error)
    {
        _tableIsThere = false; // it is looked for again
        return error.SqlState == PostgresErrorCodes.InsufficientPrivilege ? Forbidden(error) : new RepeatException("The table haconnect.commit_token is no longer as it was.", error);
    }

    /// <exception cref="HaConnectException">There is no such table that this user can use, nor can it make one.</exception>
    internal async Task EnsureTableAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var attempt = 1; !_tableIsThere; attempt++)
        {
            try
            {
                if (!await IsThereAsync(connection, cancellationToken).ConfigureAwait(false))
                {
                    var create = new NpgsqlCommand(Create, connection);
                    await using (create.ConfigureAwait(false))
                        await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }

                _tableIsThere = true;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateSchema or PostgresErrorCodes.DuplicateObject)
            {
                // IF NOT EXISTS does not see what another one is about to commit; the error comes once it has.
                if (attempt == CreateAtMost)
                    throw new RepeatException("Other instances make the table haconnect.commit_token at the same moment.", e);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                throw Missing(connection, e);
            }
        }
    }

    /// <summary>Whether the transaction of that token is committed, confirmed like a commit. After false it never will be.</summary>
    internal Task<bool> AskAsync(Guid token, CancellationToken cancellationToken) => operations.RunAsync(
        async (connection, _) =>
        {
            var batch = new NpgsqlBatch(connection) { Timeout = 0 };
            await using (batch.ConfigureAwait(false))
            {
                foreach (var sql in Ask)
                    batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
                batch.BatchCommands[0].Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = token });
                batch.BatchCommands[1].Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = token });
                return (bool)(await batch.ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false))!;
            }
        },
        _question, cancellationToken);

    /// <summary>Deletes old rows, now and then, in the background.</summary>
    internal void Written()
    {
        if ((Interlocked.Increment(ref _written) - 1) % CleanEvery != 0)
            return;
        using (ExecutionContext.SuppressFlow()) // neither in the caller's scope nor in its ambient transaction
            _ = Task.Run(CleanAsync);
    }

    private async Task CleanAsync()
    {
        try
        {
            await operations.RunAsync(
                static async (connection, _) =>
                {
                    var batch = new NpgsqlBatch(connection);
                    await using (batch.ConfigureAwait(false))
                    {
                        foreach (var sql in Clean)
                            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
                        return await batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
                    }
                },
                OperationRequest.Own, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.TokensNotCleaned(logger, e); // the next one deletes them
        }
    }

    private static async Task<bool> IsThereAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var check = new NpgsqlCommand(Check, connection);
        await using (check.ConfigureAwait(false))
        {
            var reader = await check.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (!reader.GetBoolean(0))
                    return false;
                return reader.GetBoolean(1) ? true : throw Missing(connection, null);
            }
        }
    }

    private static HaConnectException Forbidden(PostgresException inner) => new(
        "The role that the transaction had at its COMMIT may not write to haconnect.commit_token, which CommitGuarantee.Resolved needs: grant INSERT on it, and USAGE on the schema haconnect, to the role that the work sets, or have the work end by RESET ROLE. Nothing was applied.",
        null, isTransient: false, inner);

    private static HaConnectException Missing(NpgsqlConnection connection, Exception? inner) => new(
        $"CommitGuarantee.Resolved needs the table haconnect.commit_token in database {connection.Database}, and the user of ConnectionString may neither use nor create it: run docs/operations/commit-token.sql there as its owner, or ask for CommitGuarantee.Confirmed. Nothing was applied.",
        null, isTransient: false, inner);
}
