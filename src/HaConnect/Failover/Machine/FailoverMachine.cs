using System.Collections.Immutable;

namespace HaConnect.Failover;

/// <summary>
/// The failover machine: (state, event) → (state, effects). Pure: it awaits nothing, reads no clock, logs nothing. The rows are in
/// <see cref="FailoverTable"/>; the first one that holds is taken, until none does.
/// </summary>
internal static class FailoverMachine
{
    internal static (FailoverState State, ImmutableArray<Effect> Effects) Next(FailoverState state, FailoverEvent happened)
    {
        state = FailoverFacts.Apply(state, happened);
        var effects = ImmutableArray.CreateBuilder<Effect>();
        while (FailoverTable.Rows.FirstOrDefault(r => r.From == state.Step && r.When(state)) is { } row)
        {
            var sentence = row.Sentence(state);
            var (was, becomes) = sentence is null ? default : row.Change?.Invoke(state) ?? default;
            state = state with { Step = row.To, StepNumber = state.StepNumber + 1, Pending = [], GraceOver = false, TimeOver = false, LastTold = sentence ?? state.LastTold };
            IEnumerable<Effect> asked = [];
            if (row.Then is { } then)
                (state, asked) = then(state);
            if (sentence is not null)
                effects.Add(new Effect.Tell(row.To, state.Term == 0 ? null : state.Term, state.Candidate, sentence, row.IsWarning)
                {
                    Kind = row.Kind ?? TellingKinds.Of(row.From, row.To, row.IsWarning),
                    Before = was,
                    After = becomes,
                });
            effects.AddRange(asked);
        }

        return (state, effects.ToImmutable());
    }
}
