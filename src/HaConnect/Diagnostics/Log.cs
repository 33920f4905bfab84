using Microsoft.Extensions.Logging;

namespace HaConnect.Diagnostics;

/// <summary>
/// Every log message. Ids by stage: 1000 probing and topology, 2000 connections, 3000 coordination and failover. Above Debug only
/// on change.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "The probe loop of node {Node} failed; it goes on in a second.")]
    internal static partial void ProbeLoopFailed(ILogger logger, string node, Exception exception);

    [LoggerMessage(1001, LogLevel.Information, "Primary is {Node}, timeline {Timeline}, term {Term}: {Reason}.")]
    internal static partial void PrimaryFound(ILogger logger, string node, int? timeline, long? term, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "No primary: {Reason}.")]
    internal static partial void PrimaryLost(ILogger logger, string reason);

    [LoggerMessage(1003, LogLevel.Information, "Node {Node} is reachable: {Reason}.")]
    internal static partial void NodeReachable(ILogger logger, string node, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "Node {Node} is unreachable: {Reason}.")]
    internal static partial void NodeUnreachable(ILogger logger, string node, string reason);

    [LoggerMessage(1005, LogLevel.Error, "Node {Node} cannot be used: {Reason}.")]
    internal static partial void NodeMisconfigured(ILogger logger, string node, string reason);

    [LoggerMessage(1006, LogLevel.Warning, "Node {Node} is out of recovery, but not the primary. {Reason}.")]
    internal static partial void NodeQuarantined(ILogger logger, string node, string reason);

    [LoggerMessage(1007, LogLevel.Warning, "Commits on {Node} wait: {Reason}.")]
    internal static partial void ReplicationStalled(ILogger logger, string node, string reason);

    [LoggerMessage(1008, LogLevel.Information, "Commits on {Node} are acked again: enough of its synchronous standbys stream.")]
    internal static partial void ReplicationGoesOn(ILogger logger, string node);

    [LoggerMessage(1009, LogLevel.Warning, "Without a majority: {Reason}.")]
    internal static partial void MajorityLost(ILogger logger, string reason);

    [LoggerMessage(1010, LogLevel.Information, "Enough voters are in sight again: nothing is refused for the lack of them.")]
    internal static partial void MajorityBack(ILogger logger);

    [LoggerMessage(1011, LogLevel.Error, "The snapshot could not be renewed at the moment when too few voters have been in sight for long enough; the next probe does it.")]
    internal static partial void RenewalFailed(ILogger logger, Exception exception);

    [LoggerMessage(1012, LogLevel.Error, "The probe loop of the witness {Witness} failed; it goes on in a second.")]
    internal static partial void WitnessLoopFailed(ILogger logger, string witness, Exception exception);

    [LoggerMessage(1020, LogLevel.Information, "Node {Node} was discovered at {Host}:{Port}.")]
    internal static partial void NodeDiscovered(ILogger logger, string node, string host, int port);

    [LoggerMessage(1021, LogLevel.Information, "Node {Node} was removed: no discovery lists it any more.")]
    internal static partial void NodeRemoved(ILogger logger, string node);

    [LoggerMessage(1022, LogLevel.Warning, "Discovery by {Discovery} fails, and the nodes known by it stay as they are: {Reason}.")]
    internal static partial void DiscoveryFailed(ILogger logger, object discovery, string reason);

    [LoggerMessage(1023, LogLevel.Information, "Discovery by {Discovery} answers again.")]
    internal static partial void DiscoveryAnswers(ILogger logger, object discovery);

    [LoggerMessage(1024, LogLevel.Error, "The loop of the discovery by {Discovery} failed; it goes on in a second.")]
    internal static partial void DiscoveryLoopFailed(ILogger logger, object discovery, Exception exception);

    [LoggerMessage(2000, LogLevel.Information, "An operation on node {Node} was abandoned, since the node was lost; attempt {Attempt} follows.")]
    internal static partial void OperationAbandoned(ILogger logger, string node, int attempt);

    [LoggerMessage(2001, LogLevel.Debug, "Attempt {Attempt} of an operation failed.")]
    internal static partial void OperationRetried(ILogger logger, int attempt, Exception? exception);

    [LoggerMessage(2002, LogLevel.Warning, "An operation on node {Node} (server process {ProcessId}) was given up by its caller and goes on there; whether it is applied is not known.")]
    internal static partial void OperationLeft(ILogger logger, string node, int processId);

    [LoggerMessage(2003, LogLevel.Debug, "An open waits: {Explanation}")]
    internal static partial void OpenWaits(ILogger logger, RoutingExplanation explanation);

    [LoggerMessage(2004, LogLevel.Debug, "A read falls back: {Explanation}")]
    internal static partial void ReadFellBack(ILogger logger, RoutingExplanation explanation);

    [LoggerMessage(2005, LogLevel.Information, "The outcome of a COMMIT on node {Node} was lost; the primary is asked for its token {Token}.")]
    internal static partial void OutcomeAsked(ILogger logger, string node, Guid token);

    [LoggerMessage(2006, LogLevel.Debug, "Old rows of haconnect.commit_token could not be deleted; it is tried again later.")]
    internal static partial void TokensNotCleaned(ILogger logger, Exception exception);

    [LoggerMessage(3000, LogLevel.Information, "{Sentence}")]
    internal static partial void FailoverStep(ILogger logger, string sentence);

    [LoggerMessage(3001, LogLevel.Warning, "{Sentence}")]
    internal static partial void FailoverWarning(ILogger logger, string sentence);

    [LoggerMessage(3002, LogLevel.Error, "The coordination loop failed; it goes on in a second.")]
    internal static partial void FailoverLoopFailed(ILogger logger, Exception exception);

    [LoggerMessage(3003, LogLevel.Debug, "{Effect} at {Node}: {Outcome}")]
    internal static partial void EffectDone(ILogger logger, string effect, string node, string outcome);

    [LoggerMessage(3004, LogLevel.Warning, "An audit sink failed on '{Sentence}'.")]
    internal static partial void AuditSinkFailed(ILogger logger, string sentence, Exception exception);

    [LoggerMessage(3020, LogLevel.Information, "{By}: {Sentence}")]
    internal static partial void CommandTold(ILogger logger, string by, string sentence);

    [LoggerMessage(3005, LogLevel.Warning,
        "Replication is asynchronous (Failover.RequiredSynchronousStandbys = 0): a failover can lose acked writes, and two primaries can ack until the old one is fenced.")]
    internal static partial void AsynchronousReplication(ILogger logger);

    [LoggerMessage(3006, LogLevel.Warning, "{Problem}. Remedy: {Remedy}.")]
    internal static partial void Found(ILogger logger, string problem, string remedy);

    [LoggerMessage(3007, LogLevel.Error, "The diagnosis after an election failed.")]
    internal static partial void DiagnosisFailed(ILogger logger, Exception exception);

    [LoggerMessage(3008, LogLevel.Debug, "The code of a failover could not be compiled in advance; it will be when it is needed.")]
    internal static partial void WarmUpFailed(ILogger logger, Exception exception);

    [LoggerMessage(3009, LogLevel.Information, "Replication slot {Slot} was created on {Node}: it keeps WAL there for {Standby}.")]
    internal static partial void SlotCreated(ILogger logger, string slot, string node, string standby);

    [LoggerMessage(3010, LogLevel.Warning, "Replication slot {Slot} on {Node} was lost, having fallen behind by more than max_slot_wal_keep_size or been idle for too long, and kept nothing any more; it was made anew. {Standby} may lack WAL, and have to be rebuilt.")]
    internal static partial void SlotRenewed(ILogger logger, string slot, string node, string standby);

    [LoggerMessage(3011, LogLevel.Information, "Replication slot {Slot} on {Node} was dropped: no configured node uses it any more, or nothing bounds what it keeps.")]
    internal static partial void SlotDropped(ILogger logger, string slot, string node);

    [LoggerMessage(3012, LogLevel.Debug, "Replication slot {Slot} on {Node} could not be kept: {Problem}.")]
    internal static partial void SlotRefused(ILogger logger, string slot, string node, string problem);

    [LoggerMessage(3013, LogLevel.Debug, "The replication slots of {Node} could not be looked after.")]
    internal static partial void SlotsNotSeen(ILogger logger, string node, Exception exception);

    [LoggerMessage(3014, LogLevel.Error, "Looking after replication slots failed; it is tried again in ten seconds.")]
    internal static partial void SlotKeeperFailed(ILogger logger, Exception exception);

    [LoggerMessage(3015, LogLevel.Warning, "Logical replication slots that {Former} had are not on {Primary}: {Slots}. Their subscribers have lost their place, and must be set up anew.")]
    internal static partial void SubscribersLostTheirPlace(ILogger logger, string former, string slots, string primary);
}
