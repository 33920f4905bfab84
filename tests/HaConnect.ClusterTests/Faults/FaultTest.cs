namespace HaConnect.ClusterTests.Faults;

/// <summary>A test of the catalogue of faults, with a <see cref="Lab.FailoverLab"/> of its own.</summary>
public abstract class FaultTest
{
    /// <summary>Ends what the test waits for when the run is cancelled.</summary>
    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;
}
