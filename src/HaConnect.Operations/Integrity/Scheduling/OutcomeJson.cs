namespace HaConnect.Operations.Integrity;

/// <summary>What a verification came to, in the data of an audit record.</summary>
internal sealed record OutcomeJson(string Left, string Right, VerificationVerdict Verdict, double Rate, double Goal, long Rows, long DifferentRows, long UnjudgedRows, double Seconds);
