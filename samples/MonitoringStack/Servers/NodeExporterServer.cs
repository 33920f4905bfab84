namespace MonitoringStack.Servers;

/// <summary>A real node_exporter at a free port of the loopback address.</summary>
internal static class NodeExporterServer
{
    internal const string Marker = "msg=\"Listening on\" address=";

    internal static TiedProcess Start(params string[] arguments) => TiedProcess.Start(MonitoringPrograms.NodeExporter!, ["--web.listen-address=127.0.0.1:0", .. arguments], Marker);
}
