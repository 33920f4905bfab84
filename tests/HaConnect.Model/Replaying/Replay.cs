using HaConnect.Failover;
using HaConnect.Failover.Detection;

namespace HaConnect.Model;

/// <summary>
/// Follows a trace of the model with the shipped machines: what the model's coordinators learn they are told, and after every step they
/// must stand at the same stage, believe the same of every voter, and have asked for the same.
/// </summary>
internal sealed class Replay
{
    /// <summary>
    /// Where the shipped machine is known to fall short of the protocol that is searched; see docs/operations/safety-model.md. None once
    /// it is mended.
    /// </summary>
    internal const Rule Shipped = Rule.None;

    private readonly Bounds _bounds;
    private readonly Twin[] _twins;
    private readonly List<string> _story = [];

    internal Replay(Bounds bounds)
    {
        _bounds = bounds;
        _twins = [.. Enumerable.Range(0, bounds.Coordinators).Select(c => new Twin(bounds, c))];
        Present = World.Start(bounds, Shipped);
    }

    internal World Present { get; private set; }

    /// <summary>Stages with what was asked in them, as seen in the machines.</summary>
    internal HashSet<string> Seen { get; } = [];

    /// <summary>False where the machine has a choice that the model does not follow, because a record from an earlier survey would count.</summary>
    internal bool Take(Move move)
    {
        var before = Present;
        var after = new World(_bounds, Shipped);
        after.CopyFrom(before);
        if (!Moves.Apply(after, move))
            throw new InvalidOperationException($"{move} is not possible");
        if (move is { Kind: MoveKind.FailOver or MoveKind.Survey or MoveKind.Peace or MoveKind.Read } && !CountsTheSame(before, after, move))
            return false;
        _story.Add(move.Describe(before));
        if (move.Who >= 0)
        {
            Tell(before, after, move);
            Compare(after, move.Who);
        }

        Present = after;
        return true;
    }

    private void Tell(World before, World after, Move move)
    {
        var twin = _twins[move.Who];
        var o = before.Offices[move.Who];
        switch (move.Kind)
        {
            case MoveKind.FailOver:
                twin.Verdict(VerdictKind.Lost, after.Offices[move.Who].Lost - 1);
                if (twin.State.Step != Step.Reading)
                    twin.BeginReading(before, move.Others);
                Expect(twin, Step.Reading);
                twin.AnswerReads(before, move.Others);
                break;
            case MoveKind.Peace:
                twin.Grace();
                twin.AnswerReads(before, move.Others);
                break;
            case MoveKind.Survey:
                twin.Verdict(VerdictKind.Healthy, after.Offices[move.Who].EstablishedPrimary);
                twin.BeginReading(before, move.Others);
                break;
            case MoveKind.Read:
                twin.AnswerReads(before, move.Others);
                break;
            case MoveKind.CarryOut:
                var isWaiting = (after.Offices[move.Who][move.Node] == Order.AwaitCutOff && o[move.Node] == Order.CutOff)
                    || (o[move.Node] == Order.Promote && !after.Refused && after.Servers[move.Node].InRecovery);
                if ((o.Pending >> move.Node & 1) != 0 && !isWaiting)
                    twin.Answer(after, move.Node, o[move.Node], after.Refused, (0, after.Servers[move.Node].Wal.Length));
                break;
            case MoveKind.LoseSession:
                twin.Lose(move.Node);
                break;
            case MoveKind.Grace:
                twin.Grace();
                break;
            case MoveKind.Time:
                twin.Time();
                break;
            case MoveKind.Release:
                foreach (var voter in twin.State.Held.ToList())
                    twin.Lose(twin.IndexOf(voter.Voter.Name));
                break;
            case MoveKind.Die:
                _twins[move.Who] = new Twin(_bounds, move.Who);
                break;
        }

        if (after.Offices[move.Who].Stage is Stage.Leading or Stage.Watching)
            _twins[move.Who].Verdict(VerdictKind.Unknown, 0);
    }

    /// <summary>The machine counts a record of an earlier survey where a held voter does not answer again; the model counts fresh ones only.</summary>
    private bool CountsTheSame(World before, World after, Move move)
    {
        var twin = _twins[move.Who];
        foreach (var voter in twin.State.Voters.Values)
        {
            var v = twin.IndexOf(voter.Voter.Name);
            var isRead = (move.Others >> v & 1) != 0;
            var isLost = move.Kind == MoveKind.FailOver && v == after.Offices[move.Who].Lost - 1;
            if (!isRead && voter is { HoldsLock: true, Record: not null })
                return false;
            if (isRead && isLost && (voter.Record is not { } old || !Alike(old, twin.Record(before, v))))
                return false;
        }

        return true;
    }

    private static bool Alike(VoterRecord a, VoterRecord b) =>
        a.Register == b.Register && a.InRecovery == b.InRecovery && a.EstablishedTerm?.Term == b.EstablishedTerm?.Term && a.NewestTerm?.Term == b.NewestTerm?.Term;

    private void Compare(World world, int c)
    {
        var o = world.Offices[c];
        var (twin, state) = (_twins[c], _twins[c].State);
        Same("stage", o.Stage.ToString(), state.Step.ToString());
        Same("held", o.Held, Mask(twin, v => v.HoldsLock));
        Same("established", o.Established, (int)(state.Established?.Term ?? 0));
        if (o.Stage is Stage.Watching or Stage.Leading or Stage.Reading)
            return;
        Same("aim", o.Aim.ToString(), state.Goal.ToString());
        Same("term", o.Term, (int)state.Term);
        Same("promised", o.Promised, Mask(twin, v => v.Promised == state.Term));
        if (o.Stage is Stage.CuttingOff or Stage.ReadingPositions or Stage.Deciding or Stage.Preparing or Stage.Verifying)
            Same("cut off", o.CutOff, Mask(twin, v => v.IsCutOff));
        if (o.Stage >= Stage.Deciding && o.Stage != Stage.Reverting)
            Same("candidate", o.Candidate == 0 ? "" : twin.NameOf(o.Candidate - 1), state.Candidate ?? "");
        var asked = new List<string>();
        for (var v = 0; v < _bounds.Voters; v++)
        {
            if ((o.Pending >> v & 1) != 0 && twin.Asked.Any(e => e.Node == twin.NameOf(v) && Twin.IsOf(e.Command, o[v])))
                asked.Add(twin.NameOf(v));
            else if ((o.Pending >> v & 1) != 0)
                asked.Add($"{o[v]}@{twin.NameOf(v)}");
        }

        Same("asked", string.Join(' ', asked), string.Join(' ', twin.Asked.Select(e => e.Node).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));
        Seen.Add($"{o.Aim} {o.Stage}: {string.Join(' ', twin.Asked.Select(Twin.Text).Order(StringComparer.Ordinal))}");
    }

    private static int Mask(Twin twin, Func<VoterState, bool> has) => twin.State.Voters.Values.Where(has).Sum(v => 1 << twin.IndexOf(v.Voter.Name));

    private void Expect(Twin twin, Step step)
    {
        if (twin.State.Step != step)
            Same("step", step.ToString(), twin.State.Step.ToString());
    }

    private void Same<T>(string what, T model, T machine)
    {
        if (!EqualityComparer<T>.Default.Equals(model, machine))
            throw new ReplayException($"{what}: the model has {model}, the machine {machine}, after\n{string.Join('\n', _story.Select((s, i) => $"  {i + 1,2}. {s}"))}");
    }
}
