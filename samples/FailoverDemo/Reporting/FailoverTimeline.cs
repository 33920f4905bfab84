using System.Collections.Concurrent;
using HaConnect;

namespace FailoverDemo.Reporting;

/// <summary>Collects what HaConnect's coordinator reports of itself, and what the demo does and sees.</summary>
internal sealed class FailoverTimeline(TimeProvider time) : IAuditSink
{
    private readonly ConcurrentQueue<TimelineEvent> _events = new();

    public IEnumerable<TimelineEvent> Events => _events;

    public void Write(AuditRecord record)
    {
        if (record.By is not null || record.Kind == AuditKind.Configuration)
            return; // the demo itself is who asked, and what is seen of the cluster is in its table

        // Most sentences begin with the word for their step: "promoted: n2 has left recovery".
        var colon = record.Sentence.IndexOf(": ", StringComparison.Ordinal);
        var (label, sentence) = colon is > 0 and < 16 ? (record.Sentence[..colon], record.Sentence[(colon + 2)..]) : (LabelOf(record.Step), record.Sentence);
        Add(label, sentence);
    }

    public void Add(string label, string sentence) => _events.Enqueue(new TimelineEvent(time.GetTimestamp(), label, sentence));

    private static string LabelOf(string step) => step switch
    {
        "Reading" => "new term",
        "CuttingOff" => "promised",
        "Deciding" => "chosen",
        _ => step,
    };
}
