using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace HaConnect.EntityFrameworkCore.Contexts;

/// <summary>
/// The interceptors of a context, HaConnect's behind those of the application: they run commands and commits, and the application's have to have their say before. Entity Framework Core takes those of
/// an extension first.
/// </summary>
internal sealed class InterceptorsInOrder(IDbContextOptions options, IEnumerable<IInterceptor> injected, IEnumerable<IHaInterceptor> own, IEnumerable<IInterceptorAggregator> aggregators) : IInterceptors
{
    private readonly IInterceptor[] _all = [.. injected, .. options.FindExtension<CoreOptionsExtension>()?.Interceptors ?? [], .. own];
    private readonly Dictionary<Type, IInterceptorAggregator> _aggregators = aggregators.ToDictionary(a => a.InterceptorType);

    public TInterceptor? Aggregate<TInterceptor>()
        where TInterceptor : class, IInterceptor => (TInterceptor?)_aggregators[typeof(TInterceptor)].AggregateInterceptors(_all);
}
