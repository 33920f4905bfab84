// What opening a connection through HaConnect costs against your own cluster, beside a plain NpgsqlDataSource; exit code 1 where a limit is exceeded.
//   dotnet run -c Release --project samples/OverheadCheck -- "Host=db1,db2,db3;Username=…;Password=…;Database=…" [--json]
using HaConnect;
using HaConnect.Operations;

if (args is not [var connectionString, ..])
{
    await Console.Error.WriteLineAsync("Give the connection string as the first argument, with all nodes in Host.");
    return 2;
}

await using var db = new HaDataSourceBuilder(connectionString).Build();
var report = await OverheadGuard.MeasureAsync(db);
await Console.Out.WriteLineAsync(args.Contains("--json", StringComparer.Ordinal) ? report.ToJson() : report.ToString());
return report.ExitCode;
