namespace HaConnect.Operations.Integrity;

/// <summary>A column that is compared, and the expression that gives each side's value in a form that is the same on both where the value is.</summary>
internal sealed record ComparedColumn(string Name, Both<string> Expressions);
