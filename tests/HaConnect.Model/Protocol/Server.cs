namespace HaConnect.Model;

/// <summary>A voter. Nodes are numbered from 0; where a field can name none it is the number plus one.</summary>
internal struct Server
{
    internal bool IsAlive;
    internal bool InRecovery;

    /// <summary>Whom <c>primary_conninfo</c> names, plus one; 0 is cut off.</summary>
    internal int Upstream;

    /// <summary>Whom it still receives from although it has been cut off, plus one.</summary>
    internal int Lingering;

    internal Wal Wal;

    /// <summary>Whether commits wait for synchronous standbys, and for which.</summary>
    internal bool IsSynchronous;
    internal int Names;

    /// <summary>
    /// The register: the term promised, to whom (plus one), and the newest decision it knows of, with its term and whom it was for (plus
    /// one). Survives everything but a rebuild.
    /// </summary>
    internal int Promised;
    internal int Owner;
    internal int DecisionTerm;
    internal int Decision;

    /// <summary>Who holds its lock, plus one.</summary>
    internal int Holder;

    /// <summary>The term in which it became primary; in recovery the one in which its promotion was asked for, or 0.</summary>
    internal int PrimaryOf;
}
