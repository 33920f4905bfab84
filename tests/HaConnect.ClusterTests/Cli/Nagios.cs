using System.Diagnostics;
using System.Globalization;

namespace HaConnect.ClusterTests.Cli;

/// <summary>A real Nagios Core with the definitions that ship, which runs checks of the tool every other second.</summary>
internal sealed class Nagios : IAsyncDisposable
{
    private const string Configuration = """
        log_file={0}/nagios.log
        cfg_file={0}/haconnect.cfg
        cfg_file={0}/site.cfg
        object_cache_file={0}/objects.cache
        precached_object_file={0}/objects.precache
        status_file={0}/status.dat
        status_update_interval=1
        temp_file={0}/nagios.tmp
        temp_path={0}
        check_result_path={0}/results
        lock_file={0}/nagios.lock
        query_socket={0}/nagios.qh
        retain_state_information=0
        state_retention_file={0}/retention.dat
        check_external_commands=0
        enable_notifications=0
        execute_service_checks=1
        interval_length=2
        service_check_timeout=60
        check_for_updates=0
        illegal_macro_output_chars=`~$&|'"<>
        daemon_dumps_core=0
        nagios_user={1}
        nagios_group={1}
        """;

    /// <summary>What the definitions that ship take from the configuration around them, and a cluster.</summary>
    private const string Site = """
        define timeperiod {
          timeperiod_name 24x7
          alias always
          monday 00:00-24:00
          tuesday 00:00-24:00
          wednesday 00:00-24:00
          thursday 00:00-24:00
          friday 00:00-24:00
          saturday 00:00-24:00
          sunday 00:00-24:00
        }
        define contact {
          contact_name nobody
          host_notifications_enabled 0
          service_notifications_enabled 0
          host_notification_period 24x7
          service_notification_period 24x7
          host_notification_commands check_haconnect
          service_notification_commands check_haconnect
        }
        define contactgroup {
          contactgroup_name admins
          alias nobody
          members nobody
        }
        define host {
          use haconnect-cluster
          host_name cluster
          _HACONNECT_CONFIG {0}
        }
        """;

    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private Nagios(DirectoryInfo folder, Process process) => (_folder, _process) = (folder, process);

    /// <summary>Null where there is none on this machine: eng/install-nagios.sh gets it.</summary>
    internal static string? Program
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
            return path.Append("/usr/sbin").Append(Path.Combine(cache, "haconnect", "nagios", "usr", "sbin")).Select(p => Path.Combine(p, "nagios4")).FirstOrDefault(File.Exists);
        }
    }

    /// <summary>This is …/tests/HaConnect.ClusterTests/bin/Release/net10.0.</summary>
    private static string Shipped => Path.Combine(new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.Parent!.Parent!.FullName, "monitoring", "nagios", "haconnect.cfg");

    internal string Log => File.Exists(In("nagios.log")) ? File.ReadAllText(In("nagios.log")) : "";

    /// <summary>With the definitions of monitoring/nagios, of which a minute is two seconds here, and the program another one.</summary>
    internal static Nagios Start(FileInfo settings)
    {
        var folder = Directory.CreateTempSubdirectory("haconnect-nagios-");
        folder.CreateSubdirectory("results");
        File.WriteAllText(Path.Combine(folder.FullName, "nagios.cfg"), Fill(Configuration, folder.FullName, Environment.UserName));
        File.WriteAllText(Path.Combine(folder.FullName, "site.cfg"), Fill(Site, settings.FullName));
        File.WriteAllText(Path.Combine(folder.FullName, "haconnect.cfg"), File.ReadAllText(Shipped).Replace("/usr/local/bin/haconnect ", string.Join(' ', ToolProcess.Command) + " ", StringComparison.Ordinal));
        var start = new ProcessStartInfo(Program!, [Path.Combine(folder.FullName, "nagios.cfg")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Nagios(folder, process);
    }

    /// <summary>What it says of its own configuration, which it was started with: the exit code, and the output.</summary>
    internal async Task<(int Code, string Output)> VerifyAsync()
    {
        using var verifier = Process.Start(new ProcessStartInfo(Program!, ["-v", In("nagios.cfg")]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await verifier.StandardOutput.ReadToEndAsync();
        await verifier.WaitForExitAsync();
        return (verifier.ExitCode, output);
    }

    /// <summary>What it shows of each service: the state and the text, of those that were checked.</summary>
    internal IReadOnlyDictionary<string, (int State, string Text)> Services()
    {
        var shown = new Dictionary<string, (int, string)>(StringComparer.Ordinal);
        if (!File.Exists(In("status.dat")))
            return shown;
        foreach (var block in File.ReadAllText(In("status.dat")).Split("servicestatus {").Skip(1))
        {
            var values = block[..block.IndexOf("\t}", StringComparison.Ordinal)].Split('\n').Select(l => l.Trim().Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
            if (values.GetValueOrDefault("has_been_checked") == "1")
                shown[values["service_description"]] = (int.Parse(values["current_state"], CultureInfo.InvariantCulture), values["plugin_output"]);
        }

        return shown;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private string In(string file) => Path.Combine(_folder.FullName, file);

    /// <summary>Braces are Nagios' own.</summary>
    private static string Fill(string text, params string[] values)
    {
        for (var i = 0; i < values.Length; i++)
            text = text.Replace($"{{{i}}}", values[i], StringComparison.Ordinal);
        return text;
    }
}
