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
                await CompareAsync(run, choice, facts, relation, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await end.CancelAsync().ConfigureAwait(false);
                await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (watch.IsFaulted)
                await watch.ConfigureAwait(false); // the caller's own progress threw: the load was watched no more
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

    private async Task<TableChoice> ChooseAsync(SessionPair pair, Both<ServerFacts> facts, SideRelation relation, IFollowing following, SubscribedTables? subscribed, CancellationToken cancellationToken)
    {
        var catalogs = new CatalogPair(pair, facts, relation, following, _pattern, _options);
        var (left, right) = await catalogs.ReadAsync(cancellationToken).ConfigureAwait(false);
        _notes.AddRange(catalogs.Notes);
        var choice = new TableChoice(relation, _pattern, subscribed);
        choice.Choose(left, right);
        _notes.AddRange(choice.Notes);
        foreach (var named in _options.Tables.Where(t => !catalogs.Seen.Any(l => new NamePattern(OnlyTable(t)).Includes(l))))
            _notes.Add(new(VerificationNoteKind.NotVerified, null, $"No table of {_left.Name} is named {named}."));
        foreach (var schema in _options.Schemas.Where(s => !catalogs.Seen.Any(l => NamePattern.Fits(s, l.Schema))))
            _notes.Add(new(VerificationNoteKind.NotVerified, null, $"No table of {_left.Name} is in a schema {schema}."));
        if (choice.Plans.Count == 0 && choice.Missing.Count == 0)
            _notes.Add(new(VerificationNoteKind.NotVerified, null, "There was no table to compare."));
        return choice;
    }

    private async Task CompareAsync(RunContext run, TableChoice choice, Both<ServerFacts> facts, SideRelation relation, CancellationToken cancellationToken)
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
        await TryAsync(null, () => CompareSequencesAsync(run, choice, facts, relation, cancellationToken), cancellationToken).ConfigureAwait(false);
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
        catch (Exception e) when (e is VerificationHeldException or UnwalkableKeyException)
        {
            _notes.Add(new(VerificationNoteKind.NotVerified, table, e.Message));
        }
    }

    private async Task CountMissingAsync(RunContext run, CatalogTable table, CancellationToken cancellationToken)
    {
        var rows = 0L;
        try
        {
            rows = await run.Pace.RunAsync(() => _pairs[0].Left.ScalarAsync<long>(new Statement($"SELECT count(*) FROM {table.From}"), cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }) // where it was dropped the left side does not have it, either
        {
            _notes.Add(Lacks());
            throw;
        }

        _notes.Add(Lacks());
        _tables.Add(new VerifiedTable(table.FullName, "not there at the right", rows) { DifferentRows = rows });

        VerificationNote Lacks() => new(VerificationNoteKind.Difference, table.FullName, "The right side does not have it.");
    }

    private async Task CompareSequencesAsync(RunContext run, TableChoice choice, Both<ServerFacts> facts, SideRelation relation, CancellationToken cancellationToken)
    {
        var left = (await SequenceReader.ReadAsync(_pairs[0].Left, _pattern, cancellationToken).ConfigureAwait(false)).Where(s => !choice.IsOfATool(s.Schema)).ToList();
        if (left.Count == 0)
            return;
        var hasFollowed = await run.Following.UntilAsync(_pairs[0], Side.Right, await run.Following.MarkAsync(_pairs[0], Side.Left, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var right = await SequenceReader.ReadAsync(_pairs[0].Right, _pattern, cancellationToken).ConfigureAwait(false);
        var isAsFar = hasFollowed && relation == SideRelation.Replay && await run.Following.UntilAsync(_pairs[0], Side.Left, await run.Following.MarkAsync(_pairs[0], Side.Right, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var leftAgain = isAsFar ? await SequenceReader.ReadAsync(_pairs[0].Left, _pattern, cancellationToken).ConfigureAwait(false) : null;
        _notes.AddRange(hasFollowed ? SequenceRules.Judge(left, right, leftAgain, relation, isLeftStandby: facts.Left.IsInRecovery && !facts.Right.IsInRecovery) : [new VerificationNote(VerificationNoteKind.NotVerified, null, "Sequences could not be compared: the right side did not follow in time.")]);
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
