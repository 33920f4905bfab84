namespace HaConnect.Model;

/// <summary>What a coordinator does and believes. Masks have a bit for each voter.</summary>
internal struct Office
{
    internal Stage Stage;
    internal Aim Aim;
    internal int Term;

    /// <summary>Plus one.</summary>
    internal int Candidate;

    /// <summary>The newest established term that it has read.</summary>
    internal int Established;
    internal int EstablishedPrimary;

    /// <summary>The node that its verdict says is lost, plus one.</summary>
    internal int Lost;

    internal int Held;
    internal int Pending;
    internal int Done;
    internal int Promised;

    /// <summary>Whose record shows it in recovery.</summary>
    internal int Standbys;
    internal int CutOff;
    internal int HasPosition;

    /// <summary>The candidate's synchronous standbys to be.</summary>
    internal int Names;

    /// <summary>The newest decision among the records when the term was begun, which its promises carry on.</summary>
    internal int DecisionTerm;
    internal int Decision;

    /// <summary>The decisions that the records showed: term and whom it was for (plus one), three bits each, six bits a voter.</summary>
    internal ulong Told;

    /// <summary>Whose position shows a row of another node's later term than the established one.</summary>
    internal int WentOn;

    internal bool Problem;
    internal int RowLength;

    /// <summary>What was sent to each voter and not carried out yet: four bits each.</summary>
    internal ulong Orders;

    /// <summary>Positions read: term (3 bits) and length (4 bits), eight bits each.</summary>
    internal ulong Positions;

    internal readonly Order this[int voter] => (Order)((Orders >> (voter * 4)) & 0xF);

    internal void Send(int voter, Order order) => Orders = (Orders & ~(0xFUL << (voter * 4))) | ((ulong)order << (voter * 4));

    internal readonly (int Term, int For) ToldBy(int voter) => ((int)(Told >> ((voter * 6) + 3)) & 7, (int)(Told >> (voter * 6)) & 7);

    internal void Tell(int voter, int term, int whom) => Told = (Told & ~(0x3FUL << (voter * 6))) | ((ulong)((term << 3) | whom) << (voter * 6));

    internal readonly (int Term, int Length) Position(int node) => ((int)(Positions >> ((node * 8) + 4)) & 7, (int)(Positions >> (node * 8)) & 0xF);

    internal void SetPosition(int node, int term, int length) =>
        Positions = (Positions & ~(0xFFUL << (node * 8))) | ((ulong)((term << 4) | length) << (node * 8));
}
