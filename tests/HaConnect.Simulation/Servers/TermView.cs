using HaConnect.Failover.Switchover;
using HaConnect.Probing;

namespace HaConnect.Simulation.Servers;

/// <summary>The content of <c>haconnect.term</c> as a server has applied it.</summary>
internal sealed class TermView
{
    internal bool HasSchema { get; private set; }

    internal TermRow? Newest { get; private set; }

    internal TermRow? Established { get; private set; }

    /// <summary>All rows by term, with the mark.</summary>
    internal SortedDictionary<long, TermRow> Rows { get; } = [];

    internal string? Voters { get; private set; }

    /// <summary>The switchover that was asked for and not tried yet.</summary>
    internal SwitchoverRequest? Request { get; private set; }

    /// <summary>The number of the newest that was ever asked for.</summary>
    internal long LastRequest { get; private set; }

    /// <summary>As <see cref="HaConnect.Failover.ControlSql.ReadRequest"/> has it: an earlier term of the same primary counts as the one in force.</summary>
    internal long? TermOf(SwitchoverRequest request) =>
        request.Term is { } term && Rows.TryGetValue(term, out var asked) && Rows.Values.All(r => r.Term <= term || r.Primary == asked.Primary) ? Established?.Term : request.Term;

    internal void Apply(WalEntry entry)
    {
        if (entry.Request is { } request)
            (Request, LastRequest) = (request, request.Id);
        else if (Request is { } open && (entry.RequestStarted == open.Id || entry.RequestEnded == open.Id))
            Request = null;
        if (entry.Row is { } row)
        {
            HasSchema = true;
            Rows[row.Term] = row;
            if (row.Term >= (Newest?.Term ?? 0))
                (Newest, Voters) = (row, entry.RowVoters);
        }
        else if (entry.Mark > 0 && Rows.TryGetValue(entry.Mark, out var marked))
        {
            var established = marked with { IsEstablished = true };
            Rows[entry.Mark] = established;
            if (Newest?.Term == entry.Mark)
                Newest = established;
            if (entry.Mark >= (Established?.Term ?? 0))
                Established = established;
        }
    }
}
