using HaConnect.Connections;
using HaConnect.Failover;
using NpgsqlTypes;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>The rows of terms: where they are written, where they are seen, and what is refused in recovery.</summary>
internal static class TermScripts
{
    private static readonly string[] Standbys = ["n2", "n3"];
    private static readonly string[] Voters = ["n1", "n2", "n3"];

    internal static IReadOnlyList<Script> All => [new("a term is written once, on a primary, at once, and seen by replication", 2, 1, TermsAsync)];

    private static async Task TermsAsync(Scene s)
    {
        var n1 = await s.LockAsync("n1");
        await n1.WriteRegisterAsync(Scene.Promise(1, "n1"), Steps.None);
        s.See("a term before the first", "none", await TermAsync(s, "n1"));
        await n1.EstablishAsync(1, "n1", "n2", "n3");
        s.See("the term at n1", "1 established", await TermAsync(s, "n1"));
        await s.SeeInTimeAsync("the term at n2", async () => await TermAsync(s, "n2") == "1 established");
        await s.SeeInTimeAsync("the term at n3", async () => await TermAsync(s, "n3") == "1 established");

        var (primary, standby) = (await s.OpenAsync("n1"), await s.OpenAsync("n2"));
        s.See("the same term again", "23505", await InsertAsync(primary, 1));
        s.See("a term at a standby", "25006", await InsertAsync(standby, 2));
        s.See("a mark at a standby", "25006", await Scene.TryAsync(standby, ControlSql.MarkEstablished, 1L, new NpgsqlLogSequenceNumber(1)));
        s.See("an audit record at a standby", "25006", await Scene.TryAsync(standby, ControlSql.InsertAudit, default(DateTime).ToUniversalTime(), "c", "app1", 1L, "Step", "n1", "A sentence."));
        s.See("the schema at a standby", "25006", await Scene.TryAsync(standby, ControlSql.CreateSchema));
        s.See("the flushed position of a standby", "55000", await Scene.TryAsync(standby, ControlSql.FlushedLsn));
        s.See("a client's row at a standby", "25006", await EndAsync(s, s.Stage.Insert("n2", 1)));
        s.See("pg_wal_replay_resume on a standby that is not paused", "ok", await Scene.TryAsync(standby, ControlSql.ResumeReplay));

        await s.InsertAsync("n1", 1);
        var flushed = await primary.QueryAsync(ControlSql.FlushedLsn, static row => row.GetFieldValue<NpgsqlLogSequenceNumber>(0), TimeSpan.FromSeconds(20), Steps.None);
        await s.SeeInTimeAsync("both have flushed it", async () => await FlushedAsync(primary, flushed, "n2", "n3") == "2");
        s.See("of n2 and one that is not there", "1", await FlushedAsync(primary, flushed, "n2", "n9"));
        s.See("beyond everything", "0", await FlushedAsync(primary, new NpgsqlLogSequenceNumber((ulong)flushed + (1 << 28)), "n2", "n3"));

        await s.Stage.KillAsync("n3");
        await s.SeeInTimeAsync("n3 is gone", async () => await FlushedAsync(primary, flushed, "n2", "n3") == "1");
        await s.CutOffAsync("n2", 2);
        s.See("a term that no standby has does not wait", "ok", await InsertAsync(primary, 2));
        s.See("and is seen at n1", "2", await TermAsync(s, "n1"));
        s.See("the established one at n1", 1, (await s.ProbeAsync("n1")).EstablishedTerm!.Term);
        s.See("it is not seen at n2", "1 established", await TermAsync(s, "n2"));
        await s.Stage.StartAsync("n3");
        await s.SeeInTimeAsync("it is seen at n3", async () => await TermAsync(s, "n3") == "2");
    }

    private static async Task<string> TermAsync(Scene s, string node) =>
        (await s.ProbeAsync(node)).NewestTerm is { } row ? $"{row.Term}{(row.IsEstablished ? " established" : "")}" : "none";

    private static Task<string> InsertAsync(ISession session, long term) =>
        Scene.TryAsync(session, ControlSql.InsertTerm, term, "n1", Standbys, 1, Voters, "postgres", "app1", "Failover", DBNull.Value);

    private static Task<string> FlushedAsync(ISession session, NpgsqlLogSequenceNumber position, params string[] names) =>
        Scene.AskAsync(session, ControlSql.Flushed, static row => $"{row.GetInt32(0)}", 20, names, position);

    private static async Task<string> EndAsync(Scene s, IClientWrite write)
    {
        await s.WaitAsync("an end", () => Task.FromResult(write.Outcome != "waits"));
        return write.Outcome;
    }
}
