using System.Globalization;
using System.Text;
using HaConnect.Histories;

namespace HaConnect.ClusterTests.Lab;

/// <summary>What comes with a failed test.</summary>
internal static class LabReport
{
    internal static async Task AttachAsync(FailoverLab lab)
    {
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine(Timeline(lab));
        foreach (var (coordinator, i) in lab.Coordinators.Select((c, i) => (c, i)))
            TestContext.Current.AddAttachment($"coordinator-{i + 1}.txt", string.Join('\n', coordinator.Lines));
        if (Environment.GetEnvironmentVariable("HACONNECT_FAULT_RESULTS") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            foreach (var (coordinator, i) in lab.Coordinators.Select((c, i) => (c, i)))
                await File.WriteAllLinesAsync(Path.Combine(folder, $"{TestContext.Current.TestMethod?.MethodName}-coordinator-{i + 1}.log"), coordinator.Lines);
            await File.WriteAllLinesAsync(Path.Combine(folder, $"{TestContext.Current.TestMethod?.MethodName}-workload.log"), lab.Workload?.Application.Lines ?? []);
        }

        foreach (var file in lab.HistoryFiles)
            TestContext.Current.AddAttachment(Path.GetFileName(file), await File.ReadAllTextAsync(file));
        if (lab.Cluster is not null)
            TestContext.Current.AddAttachment("cluster.txt", await lab.Cluster.DescribeAsync(CancellationToken.None));
    }

    /// <summary>Leaves a judgement, with its timeline and histories, in the folder that <c>eng/faults.sh</c> asks for.</summary>
    internal static void Save(FailoverLab lab, Judgement judgement)
    {
        if (Environment.GetEnvironmentVariable("HACONNECT_FAULT_RESULTS") is not { Length: > 0 } folder)
            return;
        var name = Environment.GetEnvironmentVariable("HACONNECT_FAULT") is { Length: > 0 } fault ? fault : TestContext.Current.TestMethod?.MethodName ?? "test";
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.txt"), $"{judgement}\n\n{Timeline(lab)}");
        foreach (var history in lab.HistoryFiles)
            File.Copy(history, Path.Combine(folder, $"{name}-{Path.GetFileName(history)}"), overwrite: true);
    }

    /// <summary>What coordinators told, by the seconds since the fault before.</summary>
    internal static string Timeline(FailoverLab lab)
    {
        var events = HistoryFormat.ReadFiles(lab.HistoryFiles);
        if (events.OfType<Started>().FirstOrDefault() is not { } started)
            return string.Join('\n', lab.Audit);
        var faults = events.OfType<FaultBegan>().Select(f => (At: started.Wall + TimeSpan.FromMicroseconds((f.At - started.At) / 1000.0), Text: $"--- {f.Name} {f.Node}")).ToList();
        var text = new StringBuilder();
        DateTimeOffset? fault = null;
        foreach (var (at, line) in faults.Concat(lab.Audit.Select(r => (r.At, Text: $"{r.Coordinator} {r.Step} term {r.Term}: {r.Sentence}"))).OrderBy(l => l.At))
        {
            fault = line.StartsWith("---", StringComparison.Ordinal) ? at : fault;
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{at:HH:mm:ss.fff} {(at - (fault ?? at)).TotalSeconds,8:0.000} {line}"));
        }

        return text.ToString();
    }
}
