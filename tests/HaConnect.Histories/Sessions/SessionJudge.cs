namespace HaConnect.Histories;

/// <summary>
/// Judges sessions from what they were told alone: how stale each read was against the acks of the writer, and whether a session missed its own write
/// or went back. What was promised to which group is for the caller to say. Pure.
/// </summary>
internal static class SessionJudge
{
    private const int ExamplesOfAKind = 3;

    /// <param name="events">Of each session in the order of its operations.</param>
    /// <param name="bound">From which age on a read is stale.</param>
    internal static SessionJudgement Judge(IEnumerable<SessionEvent> events, TimeSpan bound)
    {
        List<string> problems = [];
        var ticks = new TickLine();
        List<SessionEvent> phases = [], finals = [];
        var sessions = new Dictionary<string, List<SessionEvent>>(StringComparer.Ordinal);
        foreach (var happened in events)
        {
            if (happened.Do == SessionAct.Tick)
                problems.AddRange(ticks.Add(happened) is { } problem ? [problem] : []);
            else if (happened.Do == SessionAct.Phase)
                phases.Add(happened);
            else if (happened.Do == SessionAct.Final)
                finals.Add(happened);
            else if (sessions.TryGetValue(happened.Session, out var session))
                session.Add(happened);
            else
                sessions.Add(happened.Session, [happened]);
        }

        ticks.Complete();
        if (ticks.Acked == 0)
            problems.Add("no tick was acked");
        if (finals.Count != 1)
            problems.Add($"the primary was read {finals.Count} times in the end; it has to be once");
        if (phases.Count == 0 || !phases.Select(p => p.At).SequenceEqual(phases.Select(p => p.At).Order()))
            problems.Add("the phases are missing, or not in order");

        var tallies = new Dictionary<(string, string), SessionTally>();
        Dictionary<string, int> shown = new(StringComparer.Ordinal);
        List<string> examples = [];
        if (problems.Count == 0)
        {
            foreach (var session in sessions.Values)
                JudgeSession(session);
        }

        return new SessionJudgement
        {
            Tallies = [.. tallies.Values.OrderBy(t => t.Group, StringComparer.Ordinal).ThenBy(t => phases.FindIndex(p => p.Name == t.Phase))],
            AckedTicks = ticks.Acked,
            LostTicks = finals.Count == 1 ? [.. ticks.AckedTicks.Except(RowRanges.Parse(finals[0].Ticks ?? ""))] : [],
            Problems = problems,
            Examples = examples,
        };

        void JudgeSession(List<SessionEvent> session)
        {
            long endedBefore = 0, ownAcked = 0, ownSent = 0, seenBefore = 0;
            foreach (var operation in session)
            {
                if (operation.At < endedBefore || operation.Ended < operation.At)
                    problems.Add($"{operation.Session} did two things at a time, at {operation.At}");
                endedBefore = operation.Ended;
                var tally = TallyOf(operation);
                if (operation.Error is not null)
                    tally.Failed++;
                if (operation.Do == SessionAct.Write)
                {
                    ownSent = operation.Own;
                    ownAcked = operation.Error is null ? operation.Own : ownAcked;
                }

                if (operation is not { Do: SessionAct.Read, Error: null })
                    continue;
                if (operation.Standby is null || operation.Node is null || !ticks.CanBeSeen(operation.Tick, operation.Ended) || operation.Own > ownSent)
                {
                    problems.Add($"{operation.Session} read at {operation.At} what nobody had written, or its line lacks something");
                    continue;
                }

                JudgeRead(operation, tally, ownAcked, seenBefore);
                seenBefore = Math.Max(seenBefore, ticks.AckedUpTo(operation.Tick));
            }
        }

        void JudgeRead(SessionEvent read, SessionTally tally, long ownAcked, long seenBefore)
        {
            var staleness = ticks.Staleness(read.Tick, read.At);
            tally.Reads++;
            tally.WorstStaleness = staleness > tally.WorstStaleness ? staleness : tally.WorstStaleness;
            if (staleness > bound)
            {
                tally.Stale++;
                Show(read, "stale", $"did not see a tick that had been acked {staleness.TotalSeconds:0.000} s before");
            }
            else if (read.Standby == true)
            {
                tally.ByFreshStandby++;
            }

            if (read.Own < ownAcked)
            {
                tally.OwnWriteMissed++;
                Show(read, "own", $"saw its own {read.Own}, and {ownAcked} had been acked to it");
            }

            if (read.Tick < ticks.AckedUpTo(seenBefore, read.At))
            {
                tally.WentBack++;
                Show(read, "back", $"saw tick {read.Tick} after {seenBefore}");
            }
            else if (read.Tick < seenBefore)
            {
                tally.BackBeforeAck++;
                Show(read, "early", $"saw tick {read.Tick} after {seenBefore}, which was not acked yet");
            }
        }

        SessionTally TallyOf(SessionEvent operation)
        {
            var group = operation.Session[..Math.Max(0, operation.Session.LastIndexOf('-'))];
            var phase = phases.FindLast(p => p.At <= operation.At)?.Name ?? phases[0].Name!;
            if (!tallies.TryGetValue((group, phase), out var tally))
                tallies.Add((group, phase), tally = new SessionTally(group, phase));
            return tally;
        }

        void Show(SessionEvent read, string kind, string what)
        {
            var key = $"{read.Session[..Math.Max(0, read.Session.LastIndexOf('-'))]} {kind}";
            if ((shown[key] = shown.GetValueOrDefault(key) + 1) <= ExamplesOfAKind)
                examples.Add($"{read.Session} at {read.Node}, invoked at {read.At}: {what}");
        }
    }
}
