using HaConnect.TestApplication;

// What tests run as processes of their own: an ordinary application with HaConnect, the same with clients that write, read and record
// a history, or a slow and lossy network link.
return args switch
{
    [] => await CoordinatingApplication.RunAsync(),
    ["workload"] => await WorkloadApplication.RunAsync(),
    ["link", var listen, var target] => await SlowLink.RunAsync(listen, target),
    _ => 2,
};
