// What opening a connection through HaConnect costs against your own cluster, beside a plain NpgsqlDataSource; exit code 1 where a limit is exceeded.
//   dotnet run -c Release --project samples/OverheadCheck -- "Host=db1,db2,db3;Username=…;Password=…;Database=…" [--json]
using HaConnect;
using HaConnect.Operations;

await using var db = new HaDataSourceBuilder(args[0]).Build();
var report = await OverheadGuard.MeasureAsync(db);
await Console.Out.WriteLineAsync(args.Contains("--json", StringComparer.Ordinal) ? report.ToJson() : report.ToString());
return report.ExitCode;
