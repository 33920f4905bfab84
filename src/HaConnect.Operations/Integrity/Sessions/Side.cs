namespace HaConnect.Operations.Integrity;

/// <summary>Which of the two.</summary>
internal enum Side
{
    Left,
    Right,
}
