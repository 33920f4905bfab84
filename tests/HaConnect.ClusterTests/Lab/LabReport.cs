using System.Globalization;

namespace HaConnect.ClusterTests.Lab;

/// <summary>What comes with a failed test.</summary>
internal static class LabReport
{
    internal static async Task AttachAsync(FailoverLab lab)
    {
        var output = TestContext.Current.TestOutputHelper;
        foreach (var record in lab.Audit)
            output?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{record.At:HH:mm:ss.fff} {record.Coordinator} {record.Step} term {record.Term}: {record.Sentence}"));
        foreach (var (coordinator, i) in lab.Coordinators.Select((c, i) => (c, i)))
            TestContext.Current.AddAttachment($"coordinator-{i + 1}.txt", string.Join('\n', coordinator.Lines));
        foreach (var file in lab.HistoryFiles)
            TestContext.Current.AddAttachment(Path.GetFileName(file), await File.ReadAllTextAsync(file));
        if (lab.Cluster is not null)
            TestContext.Current.AddAttachment("cluster.txt", await lab.Cluster.DescribeAsync(CancellationToken.None));
    }
}
