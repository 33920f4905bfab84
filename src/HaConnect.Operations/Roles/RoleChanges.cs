using HaConnect.Doctor;
using Npgsql;

namespace HaConnect.Operations.Roles;

/// <summary>Gives the roles of one server what they lack: one transaction in each database, and nothing but additions.</summary>
internal sealed class RoleChanges(RoleServer server, InitRolesOptions options)
{
    private readonly List<string> _done = [];
    private readonly List<string> _notes = [];

    internal async Task<InitRolesResult> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var database in RoleSections.Of(options).GroupBy(s => s.Database ?? options.ControlDatabase, StringComparer.Ordinal))
            await InDatabaseAsync(database.Key, [.. database.SelectMany(s => s.Statements)], cancellationToken).ConfigureAwait(false);
        return new InitRolesResult(server.Name, _done, _notes);
    }

    private async Task InDatabaseAsync(string database, IReadOnlyList<RoleStatement> statements, CancellationToken cancellationToken)
    {
        var doing = (Statement: "", Before: _done.Count);
        try
        {
            var connection = server.Connection(database);
            await using var _ = connection.ConfigureAwait(false);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = transaction.ConfigureAwait(false);
            foreach (var statement in statements)
            {
                var lacking = await LackingAsync(connection, statement, cancellationToken).ConfigureAwait(false);
                if (statement.Creates is { } role)
                    NoteOf(role, isThere: lacking.Count == 0);
                if (lacking.Count == 0)
                    continue;
                var sql = statement.Sql(lacking);
                doing.Statement = $"{sql}: ";
                await RunAsync(connection, sql + PasswordOf(statement.Creates), cancellationToken).ConfigureAwait(false);
                _done.Add(sql);
            }

            doing.Statement = "COMMIT: ";
            if (_done.Count > doing.Before) // otherwise there is nothing to commit, and no standby to wait for
                await transaction.CommitConfirmedAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CommitOutcomeUnknownException e)
        {
            throw new InvalidOperationException($"At {server.Name}, in database {database}: whether it was committed is not known, or whether a standby has it: {e.Message} Run it again: it does what is missing.", e);
        }
        catch (NpgsqlException e)
        {
            var why = e is PostgresException p ? $"{p.MessageText} ({p.SqlState})" : e.Message;
            throw new InvalidOperationException($"At {server.Name}, in database {database}: {doing.Statement}{why}. Nothing was changed there{(doing.Before > 0 ? ", and what was done in another database before stays" : "")}; run it again: it does what is missing.", e);
        }
    }

    private static async Task<IReadOnlyList<RoleObject>> LackingAsync(NpgsqlConnection connection, RoleStatement statement, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // all names in it are quoted
        var command = new NpgsqlCommand($"SELECT ARRAY[{string.Join(", ", statement.Objects.Select(o => o.IsThere))}]", connection);
#pragma warning restore CA2100
        await using var _ = command.ConfigureAwait(false);
        var isThere = (bool[])(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        return [.. statement.Objects.Where((_, i) => !isThere[i])];
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // all names in it are quoted
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private string PasswordOf(string? created) => created is not null && options.PasswordOf?.Invoke(created) is { } password ? $" PASSWORD {SqlText.Literal(Verifier(created, password))}" : "";

    private static string Verifier(string role, string password) => ScramVerifier.Of(password)
        ?? throw new ArgumentException($"The password of {role} is empty, or has other characters than ASCII and the letters from À to ÿ, of which clients do not all make the same: choose another. Nothing was changed.", nameof(password));

    private void NoteOf(string role, bool isThere)
    {
        if (isThere)
            _notes.Add($"{role} was there already; its password is as it was.");
        else if (options.PasswordOf?.Invoke(role) is null)
            _notes.Add($"{role} has no password yet: set one with psql's \\password, or let it log in by other means (pg_hba.conf).");
    }
}
