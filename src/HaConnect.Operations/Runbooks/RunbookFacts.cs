using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Options;
using HaConnect.Probing;

namespace HaConnect.Operations.Runbooks;

/// <summary>All that a runbook is made from.</summary>
internal sealed record RunbookFacts
{
    internal required string Cluster { get; init; }

    internal required DateTimeOffset At { get; init; }

    internal required IReadOnlyList<RunbookNode> Nodes { get; init; }

    internal IReadOnlyList<ConfiguredNode> Witnesses { get; init; } = [];

    /// <summary>The node whose loss the procedures are for.</summary>
    internal required string Lost { get; init; }

    /// <summary>Null where there was none.</summary>
    internal string? Primary { get; init; }

    /// <summary>The newest established term; null where none was seen.</summary>
    internal TermRow? Term { get; init; }

    /// <summary>Whether terms are to be read and written: also where that there are none was not seen.</summary>
    internal bool RecordsTerms { get; init; } = true;

    /// <summary>As the options have it.</summary>
    internal int ConfiguredRequired { get; init; }

    /// <summary>As whom the statements are run.</summary>
    internal required string Username { get; init; }

    internal string Database { get; init; } = "postgres";

    /// <summary>How standbys connect.</summary>
    internal required ReplicationOptions Replication { get; init; }

    internal string? FencingCommand { get; init; }

    /// <summary>What was looked for and not seen, a sentence each.</summary>
    internal IReadOnlyList<string> Unseen { get; init; } = [];

    internal RunbookNode LostNode => Nodes.First(n => n.Name == Lost);

    internal IEnumerable<RunbookNode> Standbys => Nodes.Where(n => n.Name != Lost);

    internal int Voters => Nodes.Count + Witnesses.Count;

    internal int Majority => Voters / 2 + 1;

    /// <summary>The primary on record, else the one that was seen, else the one that is lost.</summary>
    internal string Reigning => Term?.Primary ?? Primary ?? Lost;

    internal bool IsLostThePrimary => Reigning == Lost;

    /// <summary>No commit waits for a standby, though one is to: coordinators promote nobody then.</summary>
    internal bool IsAlone => Term is { Required: 0 } && ConfiguredRequired > 0;

    internal string ReplicationUser => Replication.Username ?? throw new InvalidOperationException("Failover.Replication.Username is not set.");

    private RunbookServer? ReigningServer => Nodes.FirstOrDefault(n => n.Name == Reigning)?.Server;

    private SynchronousNames? Names => Term is null && ReigningServer is { } server ? SynchronousNames.Parse(server.SynchronousNames) : null;

    /// <summary>How many standbys a commit waits for.</summary>
    internal int Required => Term?.Required ?? Names?.Required ?? (RecordsTerms || ReigningServer is null ? ConfiguredRequired : 0);

    /// <summary>Who may ack: those on record, else those in force, else every other node that may.</summary>
    internal IReadOnlyList<string> Ackers => Required == 0 ? []
        : Term is { SynchronousStandbys: { Count: > 0 } onRecord } ? onRecord
        : Names?.Names ?? OthersThatMayAck;

    private string[] OthersThatMayAck => [.. Nodes.Where(n => n.MayAck && n.Name != Reigning).Select(n => n.Name)];

    /// <summary>Names that the cluster goes by, and that the settings do not know.</summary>
    internal IReadOnlyList<string> Strangers =>
        [.. Ackers.Concat(Term is null ? [] : [Term.Primary]).Except(Nodes.Select(n => n.Name), StringComparer.Ordinal)];

    /// <summary>How many standbys have to be asked so that no acked write is overlooked: the rule of the coordinators.</summary>
    internal int ToBeAsked => Quorum.CutOffNeeded(Term ?? new TermRow(0, Reigning, Ackers, Required, IsEstablished: false), Nodes.Count);

    /// <summary>Of whom commits of a new primary wait: those that follow; the lost one, too, where these are too few.</summary>
    internal IReadOnlyList<string> AckersOf(RunbookNode primary)
    {
        if (Required == 0)
            return [];
        string[] followers = [.. Standbys.Where(n => n.MayAck && n.Name != primary.Name).Select(n => n.Name)];
        return followers.Length >= Required ? followers : [.. followers, Lost];
    }

    /// <summary>Whether commits of a new primary are acked before the lost node is back.</summary>
    internal bool IsAckedWithoutLost(RunbookNode primary) => !AckersOf(primary).Contains(Lost, StringComparer.Ordinal);

    internal string SynchronousNamesOf(RunbookNode primary) => Required == 0 ? "" : SynchronousNames.Format(Required, AckersOf(primary));

    /// <summary>All nodes are there then: also where the primary was alone before, its commits wait again.</summary>
    internal string NamesAfterRestore => IsAlone ? SynchronousNames.Format(ConfiguredRequired, OthersThatMayAck)
        : Required == 0 ? "" : SynchronousNames.Format(Required, Ackers);

    /// <summary>Without a password: the server then takes one from its user's password file.</summary>
    internal string Conninfo(string standby, string primary)
    {
        var open = new ReplicationOptions { Username = ReplicationUser, PassFile = Replication.PassFile, SslMode = Replication.SslMode };
        return new ConninfoBuilder(open, [.. Nodes.Select(n => new ConfiguredNode(n.Name, n.Host, n.Port, 0))]).Build(standby, primary);
    }
}
