using System.Data.Common;
using HaConnect.Failover;
using Npgsql;

namespace HaConnect.Doctor;

/// <summary>Reads settings, state and access of one data node, one after the other: what one server refuses is missing, and said to be.</summary>
internal sealed class TopicReader(IQueries queries, ExaminedOptions options)
{
    private readonly List<string> _refused = [];

    internal async Task<NodeReading> ReadAsync(NodeReading reading, CancellationToken cancellationToken)
    {
        var (settings, state, access) = (
            await ReadSettingsAsync(cancellationToken).ConfigureAwait(false),
            await ReadStateAsync(reading.Server!.VersionNumber, cancellationToken).ConfigureAwait(false),
            await ReadAccessAsync(cancellationToken).ConfigureAwait(false));
        return reading with { Settings = settings, State = state, Access = access, Refused = _refused };
    }

    private async Task<SettingsReading?> ReadSettingsAsync(CancellationToken cancellationToken)
    {
        var reading = await TryAsync("settings", SettingsSql.Read, static row => SettingsReading.From(row.GetString(0)), cancellationToken, [SettingsSql.Names.ToArray()]).ConfigureAwait(false);
        var mayReadFiles = reading is not null && await queries.QueryAsync(SettingsSql.MayReadFiles, static row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false);
        return !mayReadFiles ? reading : reading! with
        {
            Files = await TryAsync("the configuration files", SettingsSql.ReadFiles, static row => SettingsReading.FilesFrom(row.GetString(0)), cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<StateReading?> ReadStateAsync(int version, CancellationToken cancellationToken)
    {
        var reading = await TryAsync("its state", StateSql.Read, static row => StateReading.From(row.GetString(0)), cancellationToken).ConfigureAwait(false);
        return reading is null || version < 150000 ? reading : reading with
        {
            Collations = await TryAsync("collations", StateSql.ReadCollations, static row => StateReading.CollationsFrom(row.GetString(0)), cancellationToken).ConfigureAwait(false) ?? [],
        };
    }

    private async Task<AccessReading?> ReadAccessAsync(CancellationToken cancellationToken)
    {
        string[] roles = [.. ((string?[])[options.ApplicationUser, options.ControlUser, options.ReplicationUser]).OfType<string>().Distinct(StringComparer.Ordinal)];
        var reading = await TryAsync("roles", AccessSql.Read, static row => AccessReading.From(row.GetString(0)), cancellationToken, roles, options.ApplicationDatabase ?? "").ConfigureAwait(false);
        if (reading is { MayReadRules: true })
            reading = reading with { Rules = await TryAsync("pg_hba.conf", AccessSql.ReadRules, static row => AccessReading.RulesFrom(row.GetString(0)), cancellationToken).ConfigureAwait(false) };
        if (reading is { MayReadPasswords: true })
            reading = reading with { Md5Roles = await TryAsync("kinds of passwords", AccessSql.ReadMd5Roles, static row => row.GetFieldValue<string[]>(0), cancellationToken).ConfigureAwait(false) };
        return reading;
    }

    /// <summary>Only what the server answers is taken for a refusal; a node that does not answer is no node that was read.</summary>
    private async Task<T?> TryAsync<T>(string what, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object[] parameters)
        where T : class
    {
        try
        {
            return await queries.QueryAsync(sql, read, cancellationToken, parameters).ConfigureAwait(false);
        }
        catch (PostgresException e)
        {
            _refused.Add($"{what} ({e.SqlState}: {e.MessageText})");
            return null;
        }
    }
}
