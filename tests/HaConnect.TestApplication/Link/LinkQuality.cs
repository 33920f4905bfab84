namespace HaConnect.TestApplication;

/// <summary>How bad a link is, one way.</summary>
internal sealed record LinkQuality(TimeSpan Delay, int LossPercent);
