using System.Linq.Expressions;
using System.Reflection;
using HaConnect.EntityFrameworkCore.Contexts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Query;

namespace HaConnect.EntityFrameworkCore.Commits;

/// <summary>
/// Marks queries that are built upon SQL of the application's (FromSql, SqlQuery), which Entity Framework Core calls LINQ queries once anything is added to them: the SQL may call a function that writes.
/// The mark is a comment in the command, since a query is compiled once and run often.
/// </summary>
internal sealed class SqlTag : IQueryExpressionInterceptor, IHaInterceptor
{
    internal const string Text = "with SQL of the application's";

    private static readonly MethodInfo s_tagWith = typeof(EntityFrameworkQueryableExtensions).GetMethods().Single(m => m.Name == nameof(EntityFrameworkQueryableExtensions.TagWith) && m.GetParameters().Length == 2);

    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData) => new Tagger().Visit(queryExpression);

    private sealed class Tagger : ExpressionVisitor
    {
        // By their names: the types are Entity Framework Core's internal ones. A function that is mapped as a table may write, too.
        protected override Expression VisitExtension(Expression node) =>
            node is QueryRootExpression root && root.GetType().Name is "FromSqlQueryRootExpression" or "SqlQueryRootExpression" or "TableValuedFunctionQueryRootExpression"
                ? Expression.Call(s_tagWith.MakeGenericMethod(root.ElementType), node, Expression.Constant(Text))
                : base.VisitExtension(node);
    }
}
