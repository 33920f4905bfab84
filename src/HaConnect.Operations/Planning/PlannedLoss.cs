namespace HaConnect.Operations.Planning;

/// <summary>What it costs when these are lost at once, and all others are well.</summary>
/// <param name="What">n1; n1 and n2; place a (n1, n2).</param>
/// <param name="Lost">The nodes and witnesses.</param>
/// <param name="Writes">Whether they go on.</param>
/// <param name="WritesGoOn">The same for programs: also where a failover comes first, and not where they have to wait for somebody to come back.</param>
/// <param name="Failover">Whether one is made; where the primary is not among them, whether one could be if it were lost next.</param>
/// <param name="FailoverPossible">The same for programs.</param>
/// <param name="Acked">What becomes of acked writes.</param>
/// <param name="Time">For how long writes stand still.</param>
internal sealed record PlannedLoss(string What, IReadOnlyList<string> Lost, string Writes, bool WritesGoOn, string Failover, bool FailoverPossible, string Acked, string Time);
