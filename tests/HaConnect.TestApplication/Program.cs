using System.Globalization;
using HaConnect.TestApplication;

// What tests run as processes of their own: an ordinary application with HaConnect, the same with clients that write, read and record
// a history, a slow and lossy network link, a writer of audit records, or what kills such writers and looks at what they leave.
return args switch
{
    [] => await CoordinatingApplication.RunAsync(),
    ["workload"] => await WorkloadApplication.RunAsync(),
    ["link", var listen, var target] => await SlowLink.RunAsync(listen, target),
    ["audit", var folder] => AuditWriting.Run(folder),
    ["audit-kills", var trials, var seed] => await AuditKills.RunAsync(int.Parse(trials, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture)),
    _ => 2,
};
