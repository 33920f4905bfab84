namespace HaConnect.Operations.Planning;

/// <summary>Something about a description that cannot be, or that one should know.</summary>
/// <param name="Code">What kind it is; stable.</param>
/// <param name="IsRefusal">Whether no plan is made of it.</param>
/// <param name="Text">What, and the remedy.</param>
internal sealed record PlanProblem(string Code, bool IsRefusal, string Text);
