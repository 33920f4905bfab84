using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Reporting;

namespace HaConnect.Operations.Drills.Running;

/// <summary>What the figures of a drill depend on.</summary>
internal static class DrillEnvironment
{
    private const string Settings = """
        SELECT s.name, pg_catalog.current_setting(s.name) FROM pg_catalog.unnest(ARRAY[
          'server_version', 'fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names', 'wal_receiver_timeout', 'wal_sender_timeout', 'shared_buffers']) s(name)
        """;

    internal static async Task<IReadOnlyList<DrillFact>> ReadAsync(IDrillTarget target, DrillServer primary, DrillOptions options, CancellationToken cancellationToken)
    {
        List<DrillFact> facts = [];
        await DrillSql.ReadAsync(primary.Control, Settings, row => facts.Add(new DrillFact(row.GetString(0) == "server_version" ? "PostgreSQL" : row.GetString(0), row.GetString(1) is { Length: > 0 } value ? value : "''")), cancellationToken).ConfigureAwait(false);
        facts.AddRange(target.Facts.Select(f => new DrillFact(f.Name, f.Value)));
        facts.Add(new DrillFact("workload", options.Command is null
            ? string.Create(CultureInfo.InvariantCulture, $"{options.Writers} writers without pauses, {options.Readers} readers, {options.Duration.TotalSeconds:0.#} s, the fault after {options.FaultAfter.TotalSeconds:0.#} s")
            : $"{options.Command}, beside it a probe of ten writes a second"));
        facts.Add(new DrillFact("staleness bound", DrillNumbers.Target(target.Options.Routing.MaxReplicaLag.TotalSeconds)));
        facts.Add(new DrillFact("required synchronous standbys", target.Options.Failover.RequiredSynchronousStandbys.ToString(CultureInfo.InvariantCulture)));
        facts.Add(new DrillFact("lease of the coordinator", DrillNumbers.Target(target.Options.Failover.LeaseDuration.TotalSeconds)));
        facts.Add(new DrillFact("drilled from", string.Create(CultureInfo.InvariantCulture, $"{System.Environment.MachineName}, {System.Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}")));
        facts.Add(new DrillFact("HaConnect", typeof(Drill).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown"));
        return facts;
    }
}
