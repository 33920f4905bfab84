namespace HaConnect.EntityFrameworkCore.Commits;

internal static class ReadErrors
{
    internal static InvalidOperationException Write(string what, Exception? inner) => new(
        $"{what} writes, and the context only reads: it is in a read scope (Database.BeginReadScope), or made for reads (UseHaDatabase with ForReads), and its connection is one for reads. Write after the scope was disposed, or with another context. Nothing was applied.",
        inner);
}
