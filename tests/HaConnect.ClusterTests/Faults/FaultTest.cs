using HaConnect.ClusterTests.Lab;

namespace HaConnect.ClusterTests.Faults;

/// <summary>A test of the catalogue of faults. Its labs end after it, when it is known whether they have to report.</summary>
public abstract class FaultTest : IAsyncDisposable
{
    private readonly List<FailoverLab> _labs = [];

    /// <summary>Ends what the test waits for when the run is cancelled.</summary>
    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var lab in _labs)
            await lab.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<FailoverLab> StartLabAsync(LabOptions? options = null)
    {
        var lab = new FailoverLab(options ?? new LabOptions());
        _labs.Add(lab);
        await lab.StartAsync();
        return lab;
    }
}
