namespace HaConnect.Operations.Integrity;

/// <summary>A column that is compared, and the expression that gives each side's value in a form that is the same on both where the value is.</summary>
internal sealed record ComparedColumn(string Name, Both<string> Expressions)
{
    /// <summary>What gives each side's value as people read it; its text, where nothing else does.</summary>
    public Both<string> Shown { get; init; } = new($"{Quoted.Of(Name)}::pg_catalog.text", $"{Quoted.Of(Name)}::pg_catalog.text");
}
