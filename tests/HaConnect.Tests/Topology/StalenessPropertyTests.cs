using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

/// <summary>
/// A primary that writes, standbys that replay with random lags, disconnect, crash-restart behind what they had, and a promotion that
/// leaves one of them diverged. Whenever a standby is credited with time T, it must show everything acked before T.
/// </summary>
public sealed class StalenessPropertyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CreditOf_AnyHistory_NeverPromisesWhatIsNotVisible(bool managed)
    {
        var credited = 0;
        for (var seed = 0; seed < 3000; seed++)
            credited += new World(seed, managed).Run();
        Assert.True(credited > 30_000, $"only {credited} credits were checked");
    }

    private sealed class World(int seed, bool managed)
    {
        private readonly Random _random = new(seed);
        private readonly StalenessLedger _ledger = new();
        private readonly Server[] _servers = [.. Enumerable.Range(0, 4).Select(i => new Server(Given.Node(i)))];
        private readonly List<(long At, int Write)> _acked = [];
        private Server _primary = null!;
        private long _now = 1000;
        private int _writes;
        private int _restarts;
        private int _top = 1;
        private int _checked;
        private TermRow? _row;

        internal int Run()
        {
            Reign(_servers[0], 1);
            for (var step = 0; step < 120; step++)
            {
                _now += 1 + _random.Next(20);
                var server = _servers[_random.Next(_servers.Length)];
                switch (_random.Next(12))
                {
                    case 0 or 1 or 2:
                        Write();
                        break;
                    case 3 or 4:
                        Probe(server);
                        break;
                    case 5:
                        Probe(_primary);
                        break;
                    case 6 or 7:
                        server.Receive(_primary, _random.Next(1, 6));
                        break;
                    case 8:
                        server.Replayed = Math.Min(server.Log.Count, server.Replayed + _random.Next(4));
                        break;
                    case 9:
                        server.IsConnected = _random.Next(3) > 0;
                        break;
                    case 10 when server != _primary && _random.Next(3) == 0:
                        // It replays again from its last restartpoint.
                        server.Replayed = _random.Next(server.Replayed + 1);
                        server.Started = Given.Started.AddMinutes(++_restarts);
                        break;
                    case 11 when _random.Next(15) == 0 && server != _primary:
                        Promote(server);
                        break;
                }

                Check();
            }

            return _checked;
        }

        private void Write()
        {
            // Acked when it is inserted: asynchronously, before anything is flushed or sent. That is the hardest case for the ledger.
            _primary.Log.Add(++_writes);
            _primary.Replayed = _primary.Log.Count;
            _acked.Add((_now, _writes));
        }

        private void Probe(Server server)
        {
            // Sent now, read at the server a moment later, in which more may be acked.
            var sentAt = _now;
            _now += _random.Next(5);
            if (_random.Next(2) == 0)
                Write();
            var lsn = (ulong)server.Replayed * 0x100;
            var row = managed ? server.Row : null;
            var state = server == _primary
                ? Given.Primary(lsn, server.Timeline, server.Started, established: row)
                : Given.Standby(lsn, server.ShownTimeline, server.Started, established: row) with { HasReceiver = server.IsConnected };
            server.Facts = server.Facts.Answers(state, sentAt, _now);
            _ledger.Observe(server.Facts);
        }

        private void Promote(Server server)
        {
            server.Log.RemoveRange(server.Replayed, server.Log.Count - server.Replayed);
            server.Started = Given.Started.AddMinutes(++_restarts);

            // Two promoted from one parent have equal timeline numbers; without terms nothing tells them apart, which is a limit of
            // unmanaged clusters, not of the ledger.
            _top = managed ? server.Timeline + 1 : _top + 1;
            Reign(server, _top);

            // What the old primary had acked beyond it is lost with it; the promise is relative to the primary that is seen.
            _acked.RemoveAll(a => !server.Log.Contains(a.Write));
        }

        private void Reign(Server server, int timeline)
        {
            _primary = server;
            server.Timeline = timeline;
            server.IsConnected = true;
            if (managed)
            {
                _row = Given.Row((_row?.Term ?? 0) + 1, server.Node.Name, 1, "n1");
                server.Rows.Add((server.Log.Count, _row));
            }

            _ledger.Begin(new Epoch(server.Node, _row, timeline, server.Started));
        }

        private void Check()
        {
            foreach (var server in _servers.Where(s => s != _primary))
            {
                // As a read would: the credit as it stands now, the state as it is at the server that was probed last.
                var credit = _ledger.CreditOf(server.Node, requireNoLaterPromise: false);
                if (credit == StalenessLedger.None || server.Facts.LastState?.StartTime != server.Started)
                    continue;
                _checked++;
                var visible = server.Log.Take(server.Replayed).ToHashSet();
                foreach (var (at, write) in _acked)
                    Assert.False(at < credit && !visible.Contains(write), $"seed {seed}: {server.Node} is credited with {credit}, but write {write}, acked at {at}, is not there");
            }
        }
    }

    private sealed class Server(Node node)
    {
        internal Node Node => node;
        internal List<int> Log { get; } = [];
        internal List<(int At, TermRow Row)> Rows { get; } = [];
        internal int Replayed { get; set; }
        internal int Timeline { get; set; } = 1;
        internal bool IsConnected { get; set; } = true;
        internal DateTime Started { get; set; } = Given.Started;
        internal NodeFacts Facts { get; set; } = Given.Facts(node);

        /// <summary>A receiver shows its timeline; without one the control file does, which lags behind.</summary>
        internal int ShownTimeline => IsConnected ? Timeline : Math.Max(1, Timeline - 1);

        internal TermRow? Row => Rows.Where(r => r.At <= Replayed).Select(r => r.Row).LastOrDefault();

        internal void Receive(Server primary, int entries)
        {
            // A standby beyond the fork cannot follow.
            if (!IsConnected || this == primary || Log.Count > primary.Log.Count || !Log.SequenceEqual(primary.Log.Take(Log.Count)))
                return;
            Log.AddRange(primary.Log.Skip(Log.Count).Take(entries));
            Timeline = primary.Timeline;
            Rows.Clear();
            Rows.AddRange(primary.Rows.Where(r => r.At < Log.Count || (r.At == Log.Count && Log.Count == primary.Log.Count)));
        }
    }
}
