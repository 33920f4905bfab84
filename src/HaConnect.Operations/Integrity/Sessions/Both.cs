namespace HaConnect.Operations.Integrity;

/// <summary>One thing of each side.</summary>
internal readonly record struct Both<T>(T Left, T Right)
{
    internal T this[Side side] => side == Side.Left ? Left : Right;

    internal Both<TResult> Select<TResult>(Func<T, TResult> of) => new(of(Left), of(Right));
}
