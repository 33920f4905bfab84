namespace HaConnect.Operations.Integrity;

/// <summary>Divides a table into parts, one after the other; several workers may ask.</summary>
internal interface IPartWalker
{
    /// <summary>The next part; null behind the last.</summary>
    Task<Part?> NextAsync(SessionPair pair, CancellationToken cancellationToken);

    /// <summary>Adapts the size of the parts to come.</summary>
    void Learn(Part part, long rows, TimeSpan took);
}
