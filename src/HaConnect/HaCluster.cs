using HaConnect.Audit;
using HaConnect.Doctor;
using HaConnect.Failover.Manual;
using HaConnect.Failover.Switchover;

namespace HaConnect;

/// <summary>What an operator does with the cluster, from inside the application. Got from <see cref="HaDataSource.Cluster"/>; thread-safe.</summary>
public sealed class HaCluster
{
    private readonly SwitchoverClient _switchovers;
    private readonly ManualFailoverClient _failovers;
    private readonly PauseClient _pauses;
    private readonly ClusterDoctor _doctor;
    private readonly CommandTrail _trail;
    private readonly string _by;

    internal HaCluster(SwitchoverClient switchovers, ManualFailoverClient failovers, PauseClient pauses, ClusterDoctor doctor, CommandTrail trail, string by) =>
        (_switchovers, _failovers, _pauses, _doctor, _trail, _by) = (switchovers, failovers, pauses, doctor, trail, by);

    /// <summary>
    /// The same, with what is asked through it recorded in the audit trail as asked for by somebody: a user who is logged in, say. Without it that is
    /// the operating system's user and the application's name.
    /// </summary>
    /// <param name="name">Who asks, for people; <see cref="AuditRecord.By"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public HaCluster OnBehalfOf(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new HaCluster(_switchovers, _failovers, _pauses, _doctor, _trail, name);
    }

    /// <summary>
    /// Looks for what would make a failover unsafe, for what one or its aftermath would miss, and for who gets in that should not: on every configured node, and with
    /// <see cref="FailoverMode.Coordinate"/> on every witness. It reads in sessions of its own and changes nothing on any server. A node that
    /// cannot be read, and what the user may not see, are findings too. Takes as long as the slowest node: 5 s for a connection and for each of
    /// some fifteen statements at most; one that does not answer takes 5 s. docs/operations/doctor.md lists the checks, and <see cref="ClusterDoctorScript"/> makes a script of what it returns.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What was found, the worst first; nothing above <see cref="FindingSeverity.Information"/> where all was seen and nothing is wrong.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<IReadOnlyList<ClusterFinding>> DiagnoseAsync(CancellationToken cancellationToken = default) => _doctor.DiagnoseAsync(cancellationToken);

    /// <summary>
    /// Makes another node the primary, in good order: every instance holds its new writes, open transactions come to their end, and the
    /// target takes over once it has everything. The coordinator does it, whichever instance that is; this one asks for it by a row on the
    /// primary and waits. Until the promotion it can be called off, and is where a step fails or takes too long: the present primary then
    /// takes writes again. The former primary refuses writes until it has been rejoined as a standby.
    /// docs/operations/switchover.md says what can be called off when, and who may still see an error.
    /// </summary>
    /// <param name="target">The name of the node; null for the standby of the highest <see cref="HaNodeOptions.Priority"/>.</param>
    /// <param name="options">How long to wait for open transactions, and what to do with those that remain; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait, and takes the request back where no coordinator has begun with it. What was begun goes on.</param>
    /// <returns>Whether the target has become the primary, and if not, why.</returns>
    /// <exception cref="ArgumentException">No data node of that name is configured.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A duration in <paramref name="options"/> is out of its bounds.</exception>
    /// <exception cref="InvalidOperationException"><see cref="FailoverOptions.Mode"/> is not <see cref="FailoverMode.Coordinate"/>: this instance may change nothing.</exception>
    /// <exception cref="NoPrimaryException">There was no established primary within <see cref="ConnectionsOptions.WaitTimeout"/>, or it could not be asked; a request whose answer was lost is taken back where that is possible.</exception>
    public Task<SwitchoverResult> SwitchoverAsync(string? target = null, SwitchoverOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SwitchoverOptions();
        if (options.DrainTimeout < SwitchoverOptions.LeastDrainTimeout || options.DrainTimeout > SwitchoverOptions.MostDrainTimeout)
            throw new ArgumentOutOfRangeException(nameof(options), options.DrainTimeout, $"SwitchoverOptions.DrainTimeout must be {SwitchoverOptions.LeastDrainTimeout} to {SwitchoverOptions.MostDrainTimeout}.");
        return _trail.RunAsync(Asked("Switchover", target, $"a switchover to {target ?? "the standby of the highest priority"} is asked for"), () => _switchovers.RunAsync(target, options, cancellationToken));
    }

    /// <summary>
    /// Asks for a failover that coordinators do not make by themselves: the cluster is paused, <see cref="FailoverOptions.MaxFailovers"/> is
    /// reached, or, with <paramref name="acceptDataLoss"/>, the standby to be promoted may lack acked writes
    /// (<see cref="FailoverOptions.MaxDataLossBytes"/>, or a primary that had taken writes alone). The coordinator does it, whichever instance
    /// that is. What keeps two nodes from acking cannot be overridden: a majority of the voters, and every synchronous standby, must be in
    /// reach. docs/operations/pause.md.
    /// </summary>
    /// <param name="clusterName">The name of the cluster (<see cref="HaDatabaseOptions.ClusterName"/>), as a confirmation.</param>
    /// <param name="acceptDataLoss">Whether acked writes may be lost.</param>
    /// <param name="cancellationToken">Ends the wait, and takes the request back; a failover that has begun goes on.</param>
    /// <returns>Whether there is another primary now, within 60 s (and twice <see cref="FencingOptions.Timeout"/> where a program fences), and if not, why.</returns>
    /// <exception cref="ArgumentException"><paramref name="clusterName"/> is not this cluster's.</exception>
    /// <exception cref="InvalidOperationException"><see cref="FailoverOptions.Mode"/> is not <see cref="FailoverMode.Coordinate"/>, or there still was a primary after <see cref="ConnectionsOptions.WaitTimeout"/>.</exception>
    /// <exception cref="NoPrimaryException">No term of this cluster is known to this instance.</exception>
    public Task<SwitchoverResult> FailoverAsync(string clusterName, bool acceptDataLoss = false, CancellationToken cancellationToken = default) =>
        _trail.RunAsync(Asked("Failover", null, $"a failover of {clusterName} is asked for{(acceptDataLoss ? ", and that acked writes may be lost is accepted" : "")}"),
            () => _failovers.RunAsync(clusterName, acceptDataLoss, cancellationToken));

    /// <summary>
    /// Keeps all coordinators from acting by themselves, across restarts and whoever is elected, until <see cref="ResumeFailoverAsync"/>: no
    /// failover, no fence, no change of the synchronous standbys. A switchover that is asked for is carried out, and a promotion that was begun
    /// is finished. It is recorded on the primary and on the standbys that have to ack; with asynchronous replication on the primary alone, so
    /// that a failover just after may come all the same. docs/operations/pause.md says when to pause, and when not.
    /// </summary>
    /// <param name="reason">Why: it is in every refusal of a failover.</param>
    /// <param name="cancellationToken">Ends the wait; what was recorded stays.</param>
    /// <returns>False where the cluster was paused already, with the reason it had.</returns>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is empty.</exception>
    /// <exception cref="InvalidOperationException"><see cref="FailoverOptions.Mode"/> is not <see cref="FailoverMode.Coordinate"/>: this instance may change nothing.</exception>
    /// <exception cref="NoPrimaryException">There was no established primary within <see cref="ConnectionsOptions.WaitTimeout"/>, or it did not record it.</exception>
    /// <exception cref="TimeoutException">Too few standbys have recorded it within <see cref="ConnectionsOptions.WaitTimeout"/>: a failover might forget it.</exception>
    public Task<bool> PauseFailoverAsync(string reason, CancellationToken cancellationToken = default) =>
        _trail.RunAsync(Asked("PauseFailover", null, $"a pause of automatic failover is asked for: {reason}"), "automatic", $"paused: {reason}", () => _pauses.PauseAsync(null, reason, cancellationToken));

    /// <summary>Lets coordinators act by themselves again, within about two seconds.</summary>
    /// <param name="cancellationToken">Ends the wait; what was recorded stays.</param>
    /// <returns>False where the cluster was not paused.</returns>
    /// <inheritdoc cref="PauseFailoverAsync" path="/exception"/>
    public Task<bool> ResumeFailoverAsync(CancellationToken cancellationToken = default) =>
        _trail.RunAsync(Asked("ResumeFailover", null, "the end of the pause is asked for"), "paused", "automatic", () => _pauses.ResumeAsync(null, cancellationToken));

    /// <summary>
    /// Gives coordination of this cluster up for good: recorded on the primary as a term that belongs to no node, whereupon no coordinator acts any
    /// more, and every instance goes by which node is out of recovery, as in a cluster that was never coordinated. Nothing else is changed on the
    /// servers. docs/operations/unmanaged.md says what to take away afterwards, and how to begin anew.
    /// </summary>
    /// <param name="clusterName">The name of the cluster (<see cref="HaDatabaseOptions.ClusterName"/>), as a confirmation.</param>
    /// <param name="cancellationToken">Ends the wait; what was recorded stays.</param>
    /// <returns>False where it was given up already.</returns>
    /// <exception cref="ArgumentException"><paramref name="clusterName"/> is not this cluster's.</exception>
    /// <exception cref="InvalidOperationException"><see cref="FailoverOptions.Mode"/> is not <see cref="FailoverMode.Coordinate"/>: this instance may change nothing. Or a switchover
    /// or a new term is under way, or another node is out of recovery on no earlier timeline, so that it would not be clear who the primary is.</exception>
    /// <exception cref="NoPrimaryException">There was no established primary within <see cref="ConnectionsOptions.WaitTimeout"/>, or it did not record it.</exception>
    /// <exception cref="TimeoutException">Too few of the standbys that have to ack follow within <see cref="ConnectionsOptions.WaitTimeout"/>; repeat it when they do.</exception>
    public Task<bool> GiveUpCoordinationAsync(string clusterName, CancellationToken cancellationToken = default) =>
        _trail.RunAsync(Asked("GiveUpCoordination", null, $"to give coordination of {clusterName} up is asked for"), "coordinated", "given up", () => _pauses.GiveUpAsync(clusterName, cancellationToken));

    /// <summary>
    /// Keeps a node out of it while it is worked on: as a standby it is named as synchronous no more, where enough others are, and it is the
    /// last to be promoted of those that are equally advanced. Recorded as <see cref="PauseFailoverAsync"/> is. It does not make a primary
    /// stand down: switch over before.
    /// </summary>
    /// <param name="node">The name of the data node.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the wait; what was recorded stays.</param>
    /// <returns>False where it is under maintenance already, with the reason it had.</returns>
    /// <inheritdoc cref="PauseFailoverAsync" path="/exception"/>
    public Task<bool> BeginMaintenanceAsync(string node, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(node);
        return _trail.RunAsync(Asked("BeginMaintenance", node, $"maintenance of {node} is asked for: {reason}"), "in use", $"under maintenance: {reason}", () => _pauses.PauseAsync(node, reason, cancellationToken));
    }

    /// <summary>Counts on the node again, as soon as it streams.</summary>
    /// <param name="node">The name of the data node.</param>
    /// <param name="cancellationToken">Ends the wait; what was recorded stays.</param>
    /// <returns>False where it was not under maintenance.</returns>
    /// <inheritdoc cref="PauseFailoverAsync" path="/exception"/>
    public Task<bool> EndMaintenanceAsync(string node, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(node);
        return _trail.RunAsync(Asked("EndMaintenance", node, $"the end of the maintenance of {node} is asked for"), "under maintenance", "in use", () => _pauses.ResumeAsync(node, cancellationToken));
    }

    private AuditedCommand Asked(string command, string? node, string sentence) => new(command, _by, node, sentence);
}
