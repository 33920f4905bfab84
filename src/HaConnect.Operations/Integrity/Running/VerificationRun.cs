using System.Globalization;
using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>One verification, from its first question to its report.</summary>
internal sealed class VerificationRun : IAsyncDisposable
{
    private const string OtherDatabasesSql = "SELECT d.datname FROM pg_catalog.pg_database d WHERE d.datallowconn AND NOT d.datistemplate AND d.datname <> pg_catalog.current_database() ORDER BY 1";

    private readonly VerificationSide _left;
    private readonly VerificationSide _right;
    private readonly VerificationOptions _options;
    private readonly SessionPair[] _pairs;
    private readonly SessionPair _watched;
    private readonly NamePattern _pattern;
    private readonly List<VerificationNote> _notes = [];
    private readonly List<VerifiedTable> _tables = [];
    private readonly long _seed = Random.Shared.NextInt64();

    internal VerificationRun(VerificationSide left, VerificationSide right, VerificationOptions options)
    {
        (_left, _right, _options, _pattern) = (left, right, options, new NamePattern(options));
        _pairs = [.. Enumerable.Range(0, options.Parallelism).Select(_ => new SessionPair(left, right, options))];
        _watched = new SessionPair(left, right, options);
    }

    private TimeProvider Time => _options.TimeProvider;

    internal async Task<VerificationReport> RunAsync(CancellationToken cancellationToken)
    {
        var (startedAt, begin) = (Time.GetUtcNow(), Time.GetTimestamp());
        var pair = _pairs[0];
        var facts = new Both<ServerFacts>(await ServerFacts.ReadAsync(pair.Left, cancellationToken).ConfigureAwait(false), await ServerFacts.ReadAsync(pair.Right, cancellationToken).ConfigureAwait(false));
        var subscribed = _options.AsOf is null ? await SubscribedTables.ReadAsync(pair, cancellationToken).ConfigureAwait(false) : null;
        var relation = RelationRules.Of(facts, subscribed is not null, _options.AsOf is not null);
        _notes.AddRange(RelationRules.Notes(facts, relation));
        var following = relation switch
        {
            SideRelation.Replay => new ReplayFollowing(facts, _options),
            SideRelation.Subscription => new SubscriptionFollowing(subscribed!.Slots, _options),
            SideRelation.EarlierCopy => new EarlierCopy(),
            _ => (IFollowing)new SettleFollowing(_options),
        };
        using var journal = Journal.Open(_options.ResumeFile, RelationRules.Identity(_left, _right, facts), Showing(), Time);
        var choice = await ChooseAsync(pair, facts, relation, following, subscribed, cancellationToken).ConfigureAwait(false);
        var pace = new Pace(_options);
        var progress = new RunProgress(choice.Plans.Sum(p => p.EstimatedRows), _options);
        var run = new RunContext(_options, _pairs, following, pace, journal, progress);
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var watch = new ServerWatch(_watched, facts, relation == SideRelation.Replay, pace, progress, _options).RunAsync(end.Token);
            try
            {
                await CompareAsync(run, choice, relation, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await end.CancelAsync().ConfigureAwait(false);
                await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (journal.TakenOver is { } earlier && _tables.Sum(t => t.TakenOver) is var taken and > 0)
            _notes.Add(Note(string.Create(CultureInfo.InvariantCulture, $"{taken:N0} rows were verified by an earlier run, between {earlier.First.UtcDateTime:yyyy-MM-dd HH:mm:ss} and {earlier.Last.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, and not again.")));
        progress.Tell(null);
        var report = new VerificationReport(_left.Name, _right.Name, following.Description, startedAt, Time.GetElapsedTime(begin), _options.Goal, _tables, _notes) { ShowsValues = _options.ShowsValues };
        journal.Finish();
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pair in _pairs.Append(_watched))
            await pair.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The left side first: what it has the right one will have, once it has followed.</summary>
    private async Task<TableChoice> ChooseAsync(SessionPair pair, Both<ServerFacts> facts, SideRelation relation, IFollowing following, SubscribedTables? subscribed, CancellationToken cancellationToken)
    {
        var left = await CatalogReader.ReadAsync(pair.Left, facts.Left, cancellationToken).ConfigureAwait(false);
        if (relation == SideRelation.Replay && !await following.UntilAsync(pair, Side.Right, await following.MarkAsync(pair, Side.Left, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false))
            _notes.Add(new(VerificationNoteKind.NotVerified, null, string.Create(CultureInfo.InvariantCulture, $"{_right.Name} did not replay within {_options.FollowTimeout.TotalSeconds:0} s what {_left.Name} had written. What differs cannot be told from what is late.")));
        var right = await CatalogReader.ReadAsync(pair.Right, facts.Right, cancellationToken).ConfigureAwait(false);
        var choice = new TableChoice(relation, _pattern, subscribed);
        choice.Choose(left, right);
        _notes.AddRange(choice.Notes);
        foreach (var named in _options.Tables.Where(t => !left.Any(l => new NamePattern(OnlyTable(t)).Includes(l))))
            _notes.Add(new(VerificationNoteKind.NotVerified, null, $"No table of {_left.Name} is named {named}."));
        if (choice.Plans.Count == 0 && choice.Missing.Count == 0)
            _notes.Add(new(VerificationNoteKind.NotVerified, null, "There was no table to compare."));
        return choice;
    }

    private async Task CompareAsync(RunContext run, TableChoice choice, SideRelation relation, CancellationToken cancellationToken)
    {
        var largeObjects = _pattern.IsAll ? await LargeObjects.PlanAsync(_pairs[0], relation, _notes, cancellationToken).ConfigureAwait(false) : null;
        foreach (var plan in largeObjects is null ? choice.Plans : choice.Plans.Append(largeObjects))
        {
            run.Progress.Begin(plan.Name);
            var table = new TableRun(new TableSql(plan, _seed, _options.MaxShownCharacters), run);
            await TryAsync(plan.Name, async () => _tables.Add(await table.RunAsync(cancellationToken).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
            _notes.AddRange(table.Notes);
        }

        foreach (var missing in choice.Missing)
            await TryAsync(missing.FullName, () => CountMissingAsync(run, missing, cancellationToken), cancellationToken).ConfigureAwait(false);
        await TryAsync(null, () => CompareSequencesAsync(run, relation, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (relation == SideRelation.Replay && await _pairs[0].Left.QueryAsync(new Statement(OtherDatabasesSql), static row => row.GetString(0), cancellationToken).ConfigureAwait(false) is { Count: > 0 } others)
            _notes.Add(Note($"Other databases of the cluster were not compared: {TableChoice.Names(others)}."));
    }

    /// <summary>That a table cannot be read is told; that a server cannot be reached ends it all.</summary>
    private async Task TryAsync(string? table, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            _notes.Add(new(VerificationNoteKind.NotVerified, table, "It was dropped meanwhile."));
        }
        catch (PostgresException e) when (!ServerErrors.IsPassing(e) && !cancellationToken.IsCancellationRequested)
        {
            _notes.Add(new(ServerErrors.IsCorruption(e) ? VerificationNoteKind.Difference : VerificationNoteKind.NotVerified, table, $"It could not be read: {ServerErrors.Describe(e)}"));
        }
        catch (VerificationHeldException e)
        {
            _notes.Add(new(VerificationNoteKind.NotVerified, table, e.Message));
        }
    }

    private async Task CountMissingAsync(RunContext run, CatalogTable table, CancellationToken cancellationToken)
    {
        _notes.Add(new(VerificationNoteKind.Difference, table.FullName, "The right side does not have it."));
        var rows = await run.Pace.RunAsync(() => _pairs[0].Left.ScalarAsync<long>(new Statement($"SELECT count(*) FROM {table.From}"), cancellationToken), cancellationToken).ConfigureAwait(false);
        _tables.Add(new VerifiedTable(table.FullName, "not there at the right", rows) { DifferentRows = rows });
    }

    private async Task CompareSequencesAsync(RunContext run, SideRelation relation, CancellationToken cancellationToken)
    {
        var left = await SequenceReader.ReadAsync(_pairs[0].Left, _pattern, cancellationToken).ConfigureAwait(false);
        if (left.Count == 0)
            return;
        var hasFollowed = await run.Following.UntilAsync(_pairs[0], Side.Right, await run.Following.MarkAsync(_pairs[0], Side.Left, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var right = await SequenceReader.ReadAsync(_pairs[0].Right, _pattern, cancellationToken).ConfigureAwait(false);
        _notes.AddRange(hasFollowed ? SequenceRules.Judge(left, right, relation) : [new VerificationNote(VerificationNoteKind.NotVerified, null, "Sequences could not be compared: the right side did not follow in time.")]);
    }

    private string Showing() => string.Create(CultureInfo.InvariantCulture, $"{_options.MaxShownRows} rows of {_options.MaxShownCharacters} characters{(_options.ShowsValues ? "" : ", without values")}{(_options.AsOf is { } next ? $", as of {next}" : "")}");

    private static VerificationOptions OnlyTable(string pattern)
    {
        var options = new VerificationOptions();
        options.Tables.Add(pattern);
        return options;
    }

    private static VerificationNote Note(string text) => new(VerificationNoteKind.Note, null, text);
}
