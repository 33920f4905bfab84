using HaConnect.Topology;
using Npgsql;
using Polly;
using Polly.Hedging;

namespace HaConnect.Connections;

/// <summary>Begins a read that takes long at one more replica; the first result wins, and the other one is cancelled.</summary>
internal sealed class ReadHedge
{
    private static readonly ResiliencePropertyKey<Race> RaceKey = new("haconnect.race");

    private readonly ResiliencePipeline<object?> _pipeline;

    internal ReadHedge(TimeProvider time) =>
        _pipeline = new ResiliencePipelineBuilder<object?> { TimeProvider = time }
            .AddHedging(new HedgingStrategyOptions<object?>
            {
                MaxHedgedAttempts = 1,
                DelayGenerator = static args => new(RaceOf(args.Context).After),
                ShouldHandle = static args => new(args.Outcome.Exception is RepeatException or PostgresException { IsTransient: true }),
                ActionGenerator = static args => RaceOf(args.PrimaryContext) is { Node: { } used, HasOther: var hasOther } race && hasOther(used) ? () => ElsewhereAsync(race, used, args.ActionContext) : null,
            })
            .Build();

    /// <param name="after">After which time.</param>
    /// <param name="hasOther">Whether another replica than this one qualifies.</param>
    /// <param name="read">The read: where it must not be made, or null; what to call with the node where it is made; its token.</param>
    /// <param name="cancellationToken">Cancels both.</param>
    internal async Task<T> RunAsync<T>(TimeSpan after, Func<Node, bool> hasOther, Func<Node?, Action<Node>, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        var race = new Race(after, hasOther, async (not, at, token) => await read(not, at, token).ConfigureAwait(false));
        context.Properties.Set(RaceKey, race);
        try
        {
            return (T)(await _pipeline.ExecuteAsync(static async (c, r) => await r.Read(null, node => r.Node = node, c.CancellationToken).ConfigureAwait(false), context, race).ConfigureAwait(false))!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Whatever it fails by is no result: the first one's counts.</summary>
    private static async ValueTask<Outcome<object?>> ElsewhereAsync(Race race, Node used, ResilienceContext context)
    {
        try
        {
            return Outcome.FromResult<object?>(await race.Read(used, static _ => { }, context.CancellationToken).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            return Outcome.FromException<object?>(new RepeatException($"The read was begun at another replica than {used.Name} too, and failed there.", e));
        }
    }

    private static Race RaceOf(ResilienceContext context) => context.Properties.GetValue(RaceKey, null!);

    private sealed class Race(TimeSpan after, Func<Node, bool> hasOther, Func<Node?, Action<Node>, CancellationToken, Task<object?>> read)
    {
        private volatile Node? _node;

        internal TimeSpan After { get; } = after;

        internal Func<Node, bool> HasOther { get; } = hasOther;

        internal Func<Node?, Action<Node>, CancellationToken, Task<object?>> Read { get; } = read;

        /// <summary>Where it was begun; null while it has no connection.</summary>
        internal Node? Node { get => _node; set => _node = value; }
    }
}
