using System.Collections.Concurrent;

namespace HaConnect.Operations.Drills.Reading;

/// <summary>Collects what coordinators of this process report of themselves, and what the drill does and sees.</summary>
internal sealed class DrillTimeline(TimeProvider time) : IAuditSink
{
    internal const string Fault = "fault";
    internal const string Asked = "asked";
    internal const string Detected = "detected";
    internal const string Promoted = "promoted";
    internal const string Established = "established";
    internal const string FirstWrite = "first write";

    private readonly ConcurrentQueue<TimelineEvent> _events = new();

    internal IEnumerable<TimelineEvent> Events => _events;

    /// <summary>Raised for each event, on the thread that tells of it.</summary>
    internal event Action<TimelineEvent>? Added;

    public void Write(AuditRecord record)
    {
        if (record.By is not null || record.Kind is AuditKind.Configuration)
            return; // the drill itself is who asked, and what is seen of the cluster is in its report

        var (label, sentence) = Split(record.Step, record.Sentence);
        Add(label, sentence);
    }

    internal void Add(string label, string sentence)
    {
        var happened = new TimelineEvent(time.GetTimestamp(), label, sentence);
        _events.Enqueue(happened);
        Added?.Invoke(happened);
    }

    /// <summary>Of coordinators elsewhere, by their own clocks.</summary>
    internal void Add(long at, string step, string sentence)
    {
        var (label, rest) = Split(step, sentence);
        _events.Enqueue(new TimelineEvent(at, label, rest));
    }

    /// <summary>Most sentences begin with the word for their step: "promoted: n2 has left recovery".</summary>
    private static (string Label, string Sentence) Split(string step, string sentence)
    {
        var colon = sentence.IndexOf(": ", StringComparison.Ordinal);
        return colon is > 0 and < 16 ? (sentence[..colon], sentence[(colon + 2)..]) : (LabelOf(step), sentence);
    }

    private static string LabelOf(string step) => step switch
    {
        "Reading" => "new term",
        "Announcing" => "announcing",
        "CuttingOff" or "Sealing" => "promised",
        "Deciding" => "chosen",
        _ => step,
    };
}
