using System.Globalization;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Workload;
using HaConnect.Testing;
using Spectre.Console;

namespace FailoverDemo.Reporting;

/// <summary>What the demo shows of itself: the introduction, the live display with the timeline, the table at the end.</summary>
internal sealed class DemoConsole
{
    private const int WidthWhereNobodyLooks = 200;

    private readonly DemoOptions _options;
    private readonly DrillTimeline _timeline;
    private readonly TimeProvider _time;
    private readonly IAnsiConsole _console;
    private int _shown;

    public DemoConsole(DemoOptions options, DrillTimeline timeline, TimeProvider time)
    {
        (_options, _timeline, _time) = (options, timeline, time);
        var output = new AnsiConsoleOutput(options.AsJson ? Console.Error : Console.Out);
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output });
        if (!output.IsTerminal)
            _console.Profile.Width = WidthWhereNobodyLooks;
    }

    private bool IsLive => _console.Profile.Out.IsTerminal;

    public void Say(string sentence) => _console.WriteLine(sentence);

    public void Introduce(PostgresCluster cluster, PostgresNode primary)
    {
        _console.WriteLine();
        foreach (var node in cluster.Nodes)
            _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  [bold]{node.Name}[/]  {node.Host}:{node.Port}  {(node == primary ? "primary" : "standby")}");
        var replication = _options.IsAsynchronous ? "asynchronous" : "synchronous to one standby of two (ANY 1)";
        _console.WriteLine();
        Say(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {cluster.MajorVersion}, replication {replication}, {_options.Writers} writers, {DemoOptions.Readers} readers, staleness bound {DemoOptions.MaxReplicaLag.TotalSeconds} s."));
        Say($"In {_options.FaultAfter.TotalSeconds:0.#} s the primary is {(_options.Fault == Fault.Kill ? "killed (SIGKILL)" : "frozen (SIGSTOP)")}. Times are seconds after that.");
        _console.WriteLine();
    }

    /// <summary>Shows the timeline and the rate of writes while the workload runs.</summary>
    public Task FollowAsync(Task workload, Ledger ledger) => IsLive
        ? _console.Status().Spinner(Spinner.Known.Dots).StartAsync("The workload begins …", status => FollowAsync(workload, ledger, TimeSpan.FromMilliseconds(100), line => status.Status = Markup.Escape(line)))
        : FollowAsync(workload, ledger, TimeSpan.FromSeconds(1), line => ShowProgressLine(line));

    /// <summary>Shows that something takes its time.</summary>
    public async Task<T> WaitAsync<T>(string what, Task<T> task)
    {
        if (IsLive)
            return await _console.Status().StartAsync(Markup.Escape(what), _ => task);
        Say(what);
        return await task;
    }

    public void Show(Report report)
    {
        if (_options.AsJson)
            Console.Out.WriteLine(report.ToJson());
        else
            _console.Write(ReportTable.Of(report, _options));
        foreach (var failure in report.Failures)
            _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]failed[/] {failure}");
        if (report.LostKeys.Count > 0)
            Say($"Lost, as writer/sequence: {string.Join(", ", report.LostKeys)}{(report.LostWrites > report.LostKeys.Count ? ", …" : "")}");
        foreach (var problem in report.Problems)
            _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]NOT OK[/] {problem}");
        if (report.Problems.Count == 0)
            _console.MarkupLine(report.LostWrites > 0 ? "[green]OK[/] No operation failed, and the cluster is whole on one timeline; lost acks are the price of asynchronous replication."
                : "[green]OK[/] Nothing acked is lost, no operation failed, and the cluster is whole on one timeline.");
    }

    private async Task FollowAsync(Task workload, Ledger ledger, TimeSpan interval, Action<string> show)
    {
        var before = (At: ledger.Now, Acked: 0);
        var phase = "";
        while (!workload.IsCompleted)
        {
            await Task.WhenAny(workload, Task.Delay(interval < TimeSpan.FromMilliseconds(200) ? interval : TimeSpan.FromMilliseconds(100), _time));
            ShowEvents(ledger);
            if (ledger.Between(before.At, ledger.Now) is var passed && passed >= interval && ledger.WorkloadBeganAt != 0)
            {
                var now = (At: ledger.Now, Acked: ledger.AckedSoFar);
                phase = ledger.FaultAt is null ? "before the fault" : "after the fault";
                show(string.Create(CultureInfo.InvariantCulture,
                    $"{ledger.Between(ledger.WorkloadBeganAt, now.At).TotalSeconds,5:0.0} of {_options.Duration.TotalSeconds:0} s, {phase}: {(now.Acked - before.Acked) / passed.TotalSeconds:0} acked writes/s, {now.Acked} acked"));
                before = now;
            }
        }

        ShowEvents(ledger);
    }

    public void ShowEvents(Ledger? ledger)
    {
        foreach (var happened in _timeline.Events.Skip(_shown))
        {
            _shown++;
            var when = ledger?.FaultAt is { } faultAt && happened.At >= faultAt
                ? string.Create(CultureInfo.InvariantCulture, $"+{ledger.Between(faultAt, happened.At).TotalSeconds:0.000}")
                : "before";
            _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  [yellow]{when,7}[/]  [bold]{happened.Label,-11}[/]  {happened.Sentence}");
        }
    }

    private void ShowProgressLine(string line) => Say("           " + line);
}
