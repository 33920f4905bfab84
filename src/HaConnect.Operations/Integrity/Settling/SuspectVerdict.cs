namespace HaConnect.Operations.Integrity;

/// <summary>What became of suspect rows.</summary>
internal sealed class SuspectVerdict(Suspect suspect)
{
    internal Suspect Suspect => suspect;

    /// <summary>How many differ; of rows without a key as many as are too many or too few.</summary>
    internal long DifferentRows { get; set; }

    /// <summary>Those of them that only the right side has.</summary>
    internal long ExtraRows { get; set; }

    internal long ChangedSince { get; set; }

    /// <summary>Those of them that only the right side has.</summary>
    internal long RemovedSince { get; set; }

    internal long InFlux { get; set; }

    internal long Unjudged { get; set; }

    /// <summary>The first that differ.</summary>
    internal List<JudgedRow> Different { get; } = [];
}
