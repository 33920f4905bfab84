using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Scenarios.Format;
using NpgsqlTypes;

namespace HaConnect.Scenarios.Running;

/// <summary>What a probe reads from a server that answers as a scenario says.</summary>
internal static class ServerStates
{
    private static readonly DateTime s_started = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <param name="answer">The answer.</param>
    /// <param name="index">The node's number: no two servers were started at the same time.</param>
    /// <param name="terms">The rows that it may show.</param>
    internal static ServerState Of(Answer answer, int index, IReadOnlyDictionary<long, TermGiven> terms)
    {
        var isStandby = answer.Standby is not null;
        var position = Lsn(answer.Standby ?? answer.Primary!);
        var established = answer.Term is { } term ? Row(term, terms[term], isEstablished: true) : null;
        var receives = isStandby && answer.Receiver != "none";
        return new ServerState
        {
            InRecovery = isStandby,
            SystemIdentifier = answer.System,
            StartTime = s_started.AddSeconds(index).AddHours(answer.Restarts),
            VersionNumber = answer.Version,
            Timeline = answer.Timeline,
            InsertLsn = isStandby ? null : position,
            ReceiveLsn = isStandby ? Lsn(answer.Received ?? answer.Standby!) : null,
            ReplayLsn = isStandby ? position : null,
            HasReceiver = receives,
            ReceiverStatus = receives ? answer.Receiver : null,
            LastMessageAge = receives ? answer.Heard : null,
            WalReceiverTimeout = TimeSpan.FromSeconds(2),
            Upstream = answer.Upstream,
            SynchronousStandbyNames = answer.SynchronousStandbyNames,
            Senders = [.. answer.Senders.Select(s => new SenderState(s.Key, "10.0.0.1", "streaming", s.Value, position))],
            SeesStatistics = answer.SeesStatistics,
            SeesRegister = true,
            Register = Register(answer),
            SeesTerms = terms.Count > 0,
            EstablishedTerm = established,
            NewestTerm = answer.NewTerm is { } later ? Row(later, terms[later], isEstablished: false) : established,
        };
    }

    internal static Register? Register(Answer answer) => answer.Register is not { } text ? null
        : Failover.Register.Parse(text) ?? throw new ArgumentException($"'{text}' is no register", nameof(answer));

    private static ulong Lsn(string text) => (ulong)NpgsqlLogSequenceNumber.Parse(text);

    private static TermRow Row(long term, TermGiven given, bool isEstablished) => new(term, given.Primary, given.Standbys, given.Required, isEstablished);
}
