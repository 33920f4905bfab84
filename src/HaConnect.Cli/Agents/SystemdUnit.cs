namespace HaConnect.Cli.Agents;

/// <summary>A unit file for systemd. Pure.</summary>
internal static class SystemdUnit
{
    private const string DefaultSettings = "/etc/haconnect/haconnect.json";

    /// <summary>The program that runs now, and what it was started with before its own arguments.</summary>
    internal static IReadOnlyList<string> ThisProgram()
    {
        var program = Environment.ProcessPath ?? "/usr/local/bin/haconnect";
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.GetFullPath(Environment.GetCommandLineArgs()[0])] : [program];
    }

    internal static string Write(IReadOnlyList<string> program, string? settings, string section) => $$"""
        # Written by haconnect agent --systemd-unit, for /etc/systemd/system/haconnect-agent.service.
        # Passwords belong into the settings file, which only root need be able to read, or into the environment file: never into ExecStart.
        [Unit]
        Description=HaConnect coordinator
        Documentation=man:systemd.service(5)
        Wants=network-online.target
        After=network-online.target
        StartLimitIntervalSec=0

        [Service]
        Type=notify
        NotifyAccess=main
        LoadCredential=haconnect.json:{{Specified(settings ?? DefaultSettings)}}
        EnvironmentFile=-/etc/haconnect/environment
        ExecStart={{string.Join(' ', program.Select(Word))}} agent --config ${CREDENTIALS_DIRECTORY}/haconnect.json --section {{Word(section)}} --audit-folder ${STATE_DIRECTORY}/audit
        Restart=always
        RestartSec=1
        RestartPreventExitStatus=64
        TimeoutStopSec=20
        StateDirectory=haconnect
        DynamicUser=yes
        UMask=0077

        # A fencing program (Failover.Fencing.Command) runs under the same restrictions: loosen what it needs.
        # MemoryDenyWriteExecute is not there, since .NET compiles while it runs.
        NoNewPrivileges=yes
        CapabilityBoundingSet=
        LockPersonality=yes
        PrivateDevices=yes
        PrivateTmp=yes
        ProtectClock=yes
        ProtectControlGroups=yes
        ProtectHome=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectSystem=strict
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        SystemCallArchitectures=native

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>One word of a command line of systemd, whatever it contains (systemd.service(5), "Command lines").</summary>
    internal static string Word(string text)
    {
        var escaped = text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return escaped.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') && escaped.Length > 0 ? escaped : $"\"{escaped}\"";
    }

    /// <summary>A path takes no quotes, only the specifiers' sign is doubled.</summary>
    private static string Specified(string path) => path.Replace("%", "%%", StringComparison.Ordinal);
}
