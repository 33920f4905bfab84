namespace HaConnect.Model;

/// <summary>Where a coordinator stands: the steps of the shipped machine, with the election and the survey of peace in one.</summary>
internal enum Stage
{
    Watching,
    Leading,
    Reading,
    Promising,
    CuttingOff,
    ReadingPositions,
    Deciding,
    Preparing,
    Verifying,
    Promoting,
    Accepting,
    Opening,
    Establishing,
    Flushing,
    Marking,
    Reverting,
}
