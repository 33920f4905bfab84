using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>Nothing tells how far one side follows the other: a difference has to stay as it is for a time.</summary>
internal sealed class SettleFollowing(VerificationOptions options) : IFollowing
{
    public string Description => string.Create(CultureInfo.InvariantCulture, $"Nothing tells how far one side follows the other: a difference counts where it stayed the same on both sides for {options.Settle.TotalSeconds:0.###} s.");

    public Task<long> MarkAsync(SessionPair pair, Side at, CancellationToken cancellationToken) => Task.FromResult(0L);

    public async Task<bool> UntilAsync(SessionPair pair, Side by, long mark, CancellationToken cancellationToken)
    {
        if (by == Side.Right)
            await Task.Delay(options.Settle, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
