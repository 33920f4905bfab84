using HaConnect.Operations;
using HaConnect.Operations.Backups;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Has backups checked.</summary>
public static class HaBackupBuilderExtensions
{
    /// <summary>
    /// Checks backups while the host runs, at its start and then every so often: the log tells what was found (category <c>HaConnect.Backups</c>), the metrics <c>haconnect.backup.*</c> have it,
    /// and a change of state is kept in the audit trail. The primary is asked as an observer, unless <see cref="BackupCheckOptions.Primary"/> is set. One instance that sees the folders is enough.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="interval">From the end of a check to the next; 1 s to 30 days.</param>
    /// <param name="configure">Sets where backups are, and the limits; called before each check.</param>
    /// <param name="onReport">Is given each report; null for nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is out of its bounds.</exception>
    public static HaDatabaseBuilder AddBackupCheck(this HaDatabaseBuilder builder, TimeSpan interval, Action<BackupCheckOptions> configure, Action<BackupCheckReport>? onReport = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        if (interval < TimeSpan.FromSeconds(1) || interval > TimeSpan.FromDays(30))
            throw new ArgumentOutOfRangeException(nameof(interval), interval, "The interval must be from 1 s to 30 days.");
        builder.Services.AddSingleton<IHostedService>(provider => new BackupCheckService(provider, builder.Key, interval, configure, onReport));
        return builder;
    }
}
