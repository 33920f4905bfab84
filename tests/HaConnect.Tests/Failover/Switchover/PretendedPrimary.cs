using System.Data;
using System.Data.Common;
using HaConnect.Connections;
using HaConnect.Failover;
using Npgsql;

namespace HaConnect.Tests.Failover.Switchover;

/// <summary>A primary with one request on record, whose sessions can be ended, and which can refuse new ones.</summary>
internal sealed class PretendedPrimary : ISessionSource
{
    internal DateTime? StartedAt { get; set; }

    internal DateTime? EndedAt { get; set; }

    internal string[] EndedSessions { get; set; } = [];

    internal string? Outcome { get; set; }

    internal bool IsThere { get; set; }

    internal bool RefusesSessions { get; set; }

    /// <summary>Is done before a request is taken back.</summary>
    internal Action BeforeTakingBack { get; set; } = () => { };

    /// <summary>Whether the request is put on record, but nobody is told.</summary>
    internal bool LosesAnswers { get; set; }

    internal int Opened { get; private set; }

    internal int Looks { get; private set; }

    private int Generation { get; set; }

    internal void EndSessions() => Generation++;

    public Task<ISession> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (RefusesSessions)
            throw new NpgsqlException("refused");
        Opened++;
        return Task.FromResult<ISession>(new Session(this));
    }

    public ValueTask DisposeAsync() => default;

    private DataTableReader Answer(string sql, object[] parameters)
    {
        using var table = new DataTable();
        switch (sql)
        {
            case ControlSql.CreateRequests:
                break;
            case ControlSql.AskForSwitchover:
                IsThere = true;
                if (LosesAnswers)
                    throw new TimeoutException("no answer");
                table.Columns.Add("id", typeof(long));
                table.Rows.Add(1L);
                break;
            case ControlSql.LookAtRequest:
                Looks++;
                foreach (var (name, type) in ((string, Type)[])[("started_at", typeof(DateTime)), ("sealed_at", typeof(DateTime)), ("ended_at", typeof(DateTime)), ("coordinator", typeof(string)), ("outcome", typeof(string)), ("ended_sessions", typeof(string[]))])
                    table.Columns.Add(name, type);
                if (IsThere)
                    table.Rows.Add((object?)StartedAt ?? DBNull.Value, DBNull.Value, (object?)EndedAt ?? DBNull.Value, StartedAt is null ? DBNull.Value : "i1", (object?)Outcome ?? DBNull.Value, EndedSessions);
                break;
            case ControlSql.TakeBackRequest:
                BeforeTakingBack();
                table.Columns.Add("id", typeof(long));
                if (IsThere && StartedAt is null && EndedAt is null)
                {
                    (EndedAt, Outcome) = (Given.Started, (string)parameters[1]);
                    table.Rows.Add(1L);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(sql), sql, "Nobody asks this.");
        }

        var reader = table.CreateDataReader();
        reader.Read();
        return reader;
    }

    private sealed class Session(PretendedPrimary primary) : ISession
    {
        private readonly int _generation = primary.Generation;

        public bool IsUsable => _generation == primary.Generation;

        public Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, TimeSpan timeout, CancellationToken cancellationToken, params object[] parameters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!IsUsable)
                throw new NpgsqlException("the session was ended");
            using var row = primary.Answer(sql, parameters);
            return Task.FromResult(read(row));
        }

        public ValueTask DisposeAsync() => default;
    }
}
