using System.Globalization;
using HaConnect.Connections;
using HaConnect.Failover.Fencing;
using HaConnect.Options;

namespace HaConnect.Failover.Manual;

/// <summary>
/// Fences an old primary because somebody asks for it: what a coordinator does by itself to one in its reach, by the same statements and under the
/// same lock, for the time when none runs. A coordinator that does run holds the lock, and this is refused.
/// </summary>
internal sealed class ManualFence(HaDatabaseOptions options, TimeProvider time)
{
    /// <summary>It waits for sessions to end, and for a checkpointer that syncs files.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly NodeSources _sources = new(options, null, static _ => throw new NotSupportedException("no connection of the application is opened"));
    private readonly string _instance = InstanceName.Create();

    /// <exception cref="ArgumentException">The name of the cluster or of the node is not of this cluster, or the options lack what is asked for.</exception>
    /// <exception cref="InvalidOperationException">It is refused, or came to no end; the message says why.</exception>
    internal async Task<string> RunAsync(string node, string clusterName, bool isExternal, bool isRehearsal, CancellationToken cancellationToken)
    {
        Confirmation.Require(options, clusterName);
        ConfiguredNode.RequireDataNode(options, node, nameof(node));
        if (isExternal && options.Failover.Fencing.Command is null)
            throw new ArgumentException("--external runs the program of Failover.Fencing.Command, and that is not set.", nameof(isExternal));
        var answers = await new VoterSurvey(_sources, options, time).AskAsync(cancellationToken).ConfigureAwait(false);
        if ((ManualFenceRules.WhyNot(node, answers) ?? (isExternal ? ManualFenceRules.WhyNotFromOutside(node, answers) : null)) is { } why)
            throw Refused(node, why);
        var term = ManualFenceRules.TermInForce(answers)!.Term;
        return isExternal ? await FromOutsideAsync(node, term, isRehearsal, cancellationToken).ConfigureAwait(false) : await BySqlAsync(node, term, answers, isRehearsal, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> FromOutsideAsync(string node, long term, bool isRehearsal, CancellationToken cancellationToken)
    {
        isRehearsal |= options.Failover.Fencing.DryRun;
        var order = new FenceOrder(node, term, "somebody has asked for it", isRehearsal);
        var answer = await new FencingCommand(options, _instance, time).FenceAsync(order, cancellationToken).ConfigureAwait(false);
        return answer.Succeeded
            ? $"{node} {(isRehearsal ? "was not fenced, this was a rehearsal" : "is fenced from outside")}: {answer.Sentence}"
            : throw new InvalidOperationException($"{node} could not be fenced: {answer.Sentence}");
    }

    private async Task<string> BySqlAsync(string node, long term, IReadOnlyList<VoterAnswer> answers, bool isRehearsal, CancellationToken cancellationToken)
    {
        if (ManualFenceRules.WhyNotBySql(node, answers) is { } why)
            throw Refused(node, why);
        var address = ConfiguredNode.DataNodesOf(options).First(n => n.Name == node);
        var lockObject = LockKey.ObjectOf(options.ClusterName);
        var session = new LockSession(LeasedSessionSource.Of(_sources, address, time), lockObject, options.Failover.StepTimeout * 2, time);
        var control = new DataNodeControl(node, session, FailoverLoop.SettingsOf(_instance, options), lockObject);
        await using var _ = control.ConfigureAwait(false);
        using var limit = new CancellationTokenSource(Limit, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            if (!await control.TakeLockAsync(ended.Token).ConfigureAwait(false))
                throw Refused(node, "another session holds its lock: a coordinator is in office, which fences an old primary by itself, within seconds, unless it is paused (haconnect status, haconnect resume)");
            var before = await control.ReadRecordAsync(ended.Token).ConfigureAwait(false);
            if (ManualFenceRules.WhyNotBySql(node, [new VoterAnswer(node, IsWitness: false, before)]) is { } changed)
                throw Refused(node, changed);
            if (ManualFenceRules.IsFenced(before))
                return $"{node} is fenced already: {Words(before)}.";
            if (isRehearsal)
                return string.Create(CultureInfo.InvariantCulture, $"Nothing was changed. {node} now: {Words(before)}. It would refuse writes (default_transaction_read_only = on), its commits would wait for a name that nobody bears (haconnect_fenced_{term}), both across restarts, and the sessions of its clients would be ended.");
            await control.FenceAsync(term, ended.Token).ConfigureAwait(false);
            var after = await control.ReadRecordAsync(ended.Token).ConfigureAwait(false);
            return ManualFenceRules.IsFenced(after)
                ? $"{node} is fenced until it has rejoined as a standby (docs/operations/rejoin.md). Before: {Words(before)}. Now: {Words(after)}."
                : throw new InvalidOperationException($"{node} was told to refuse writes, and does not show it: {Words(after)}. Repeat it.");
        }
        catch (CommandRefusedException e)
        {
            throw new InvalidOperationException(Refused(node, e.Message).Message, e);
        }
        catch (LockSessionLostException e)
        {
            throw new InvalidOperationException($"The session on {node} was lost before it was fenced as a whole: {e.Message}. Repeat it.", e);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{node} was not fenced as a whole within {Limit}: a session does not end, or its checkpointer is busy. Repeat it.", e);
        }
    }

    private static InvalidOperationException Refused(string node, string why) => new($"{node} was not fenced: {why}.");

    private static string Words(VoterRecord record) =>
        $"default_transaction_read_only = {(record.RefusesWrites ? "on" : "off")}, synchronous_standby_names = '{record.SynchronousNamesText}'";
}
