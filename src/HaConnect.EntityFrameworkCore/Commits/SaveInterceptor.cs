using HaConnect.EntityFrameworkCore.Contexts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace HaConnect.EntityFrameworkCore.Commits;

/// <summary>Has SaveChanges run in a transaction, unless the application has set Never, whose COMMIT can be found out about, and refuses it where the context only reads.</summary>
internal sealed class SaveInterceptor(ContextState state) : SaveChangesInterceptor, IHaInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Prepare(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Prepare(eventData.Context!);
        return new(result);
    }

    private void Prepare(DbContext context)
    {
        if (state.IsReading && context.ChangeTracker.HasChanges())
            throw ReadErrors.Write("SaveChanges", null);
        if (context.Database.AutoTransactionBehavior == AutoTransactionBehavior.WhenNeeded)
            context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
    }
}
