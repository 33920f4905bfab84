using HaConnect.Failover;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

/// <summary>What sort of audit record each sentence of the failover table makes.</summary>
public sealed class TellingKindsTests
{
    [Theory]
    [InlineData("Electing", "Surveying", false, AuditKind.Election)] // elected
    [InlineData("Leading", "Stopped", false, AuditKind.Election)] // stops and releases its locks
    [InlineData("CuttingOff", "Watching", true, AuditKind.Election)] // no longer the coordinator
    [InlineData("Surveying", "Reading", false, AuditKind.Decision)] // detected
    [InlineData("Surveying", "Reading", true, AuditKind.Decision)] // n1 takes writes alone
    [InlineData("Isolating", "Promising", true, AuditKind.Decision)] // could not be fenced; going on all the same
    [InlineData("Isolating", "Promising", false, AuditKind.Act)] // fenced from outside
    [InlineData("Reading", "Promising", false, AuditKind.Decision)] // finishing its work
    [InlineData("Reading", "Leading", false, AuditKind.Decision)] // no failover: it answers again
    [InlineData("Reading", "Leading", true, AuditKind.Refusal)] // failover refused
    [InlineData("Surveying", "Announcing", false, AuditKind.Decision)] // switchover, as somebody has asked for
    [InlineData("Surveying", "Leading", true, AuditKind.Refusal)] // switchover refused
    [InlineData("Announcing", "Reopening", true, AuditKind.Refusal)] // called off
    [InlineData("Promising", "CuttingOff", false, AuditKind.Act)] // promised
    [InlineData("CuttingOff", "ReadingPositions", false, AuditKind.Act)] // cut off
    [InlineData("CuttingOff", "Reverting", true, AuditKind.Refusal)]
    [InlineData("ReadingPositions", "Deciding", false, AuditKind.Decision)] // is furthest
    [InlineData("Promoting", "Establishing", false, AuditKind.Act)] // promoted
    [InlineData("Flushing", "Flushing", true, AuditKind.Act)] // waits for a flush
    [InlineData("Flushing", "Marking", false, AuditKind.Act)] // repointed
    [InlineData("Marking", "Leading", false, AuditKind.Act)] // established
    [InlineData("Fencing", "Leading", false, AuditKind.Act)] // fenced
    [InlineData("Fencing", "Leading", true, AuditKind.Refusal)] // could not be fenced
    public void Of_Steps_SayWhatItIs(string from, string to, bool isWarning, AuditKind expected) =>
        Assert.Equal(expected, TellingKinds.Of(Enum.Parse<Step>(from), Enum.Parse<Step>(to), isWarning));

    [Fact]
    public void Failover_ItsSentences_HaveTheirKindsAndWhatTheyChange()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster.Kill("p");
        i.Live();
        var told = i.Told.Select(t => (Word: t.Sentence.Split(':', ' ')[0], t.Kind)).ToList();
        Assert.Contains(("detected", AuditKind.Decision), told);
        Assert.Contains(("cut", AuditKind.Act), told);
        Assert.Contains(("promoted", AuditKind.Act), told);
        Assert.DoesNotContain(i.Told, t => t.Kind is AuditKind.Election || (t.Kind == AuditKind.Refusal && !t.Sentence.StartsWith("an old primary could not be fenced", StringComparison.Ordinal)));
        var promoted = Assert.Single(i.Told, t => t.Sentence.StartsWith("promoted:", StringComparison.Ordinal));
        Assert.Equal(("p", promoted.Node), (promoted.Before, promoted.After));
        var established = Assert.Single(i.Told, t => t.Sentence.StartsWith("established:", StringComparison.Ordinal));
        Assert.StartsWith("term 1: p, 1 of ", established.Before, StringComparison.Ordinal);
        Assert.StartsWith($"term 2: {promoted.Node}, 1 of ", established.After, StringComparison.Ordinal);
        Assert.All(i.Told.Except([promoted, established]), t => Assert.Equal((null, null), (t.Before, t.After)));
    }
}
