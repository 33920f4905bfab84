using HaConnect.Cli;
using HaConnect.Cli.Output;
using HaConnect.Cli.Roles;
using HaConnect.Operations;

namespace HaConnect.Tests.Cli;

/// <summary><c>init-roles</c> before it has asked any server.</summary>
public sealed class InitRolesCommandTests
{
    [Theory]
    [InlineData("init-roles --app hacontrol", "--app and --control are both 'hacontrol'; each needs a role of its own, or to be left out.")]
    [InlineData("init-roles --observer pg_monitor", "--observer is 'pg_monitor', a name that PostgreSQL keeps for itself; choose another.")]
    [InlineData("init-roles --postgres-version 12", "--postgres-version is 12; it must be a major version from 13 on.")]
    [InlineData("init-roles --roles app --verifier v", "--verifier is 'v', and --roles leaves it out: add verifier to --roles, or leave --verifier out.")]
    [InlineData("init-roles --roles everything", "everything")]
    [InlineData("init-roles --apply", "No cluster is named.")]
    [InlineData("init-roles --apply --postgres-version 15 -c Host=a", "--postgres-version is for printing; with --apply the server itself says which version it is: leave it out.")]
    [InlineData("init-roles --apply --password-file /nonexistent/file -c Host=a", "--password-file is /nonexistent/file, and there is no such file.")]
    [InlineData("init-roles --apply -c Username=a", "No server is named: give --connection \"Host=db1,db2,db3\".")]
    [InlineData("init-roles --apply -c Host=a;Password=secret", "--connection has a password")]
    public async Task RunAsync_WhatCannotBeUsed_EndsWith64AndSaysWhy(string arguments, string expected)
    {
        var (code, output, error) = await RunAsync(arguments.Split(' '));
        Assert.Equal((ExitCodes.Usage, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_SettingsOfTheApplication_NameTheRolesAndNoPasswordIsPrinted()
    {
        var settings = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(settings, """
                {"HaDatabase": {"ConnectionString": "Username=shop;Password=secret1;Database=orders", "Failover": {"Mode": "Coordinate", "ControlUsername": "shopcontrol", "ControlPassword": "secret2",
                 "ControlDatabase": "ha", "Replication": {"Username": "stream", "Password": "secret3", "KeepSlots": true}}}}
                """, TestContext.Current.CancellationToken);
            var (code, output, error) = await RunAsync("init-roles", "--config", settings, "--postgres-version", "16", "--roles", "app", "control", "replication");
            Assert.Equal((ExitCodes.Ok, ""), (code, error));
            foreach (var expected in (string[])["CREATE ROLE \"shop\" LOGIN;", "GRANT CONNECT ON DATABASE \"orders\" TO \"shop\";", "CREATE ROLE \"shopcontrol\" LOGIN;", "ON DATABASE \"ha\"", "ALTER ROLE \"shopcontrol\" REPLICATION;", "CREATE ROLE \"stream\" LOGIN REPLICATION;"])
                Assert.Contains(expected, output, StringComparison.Ordinal);
            foreach (var unexpected in (string[])["secret", "haobserver", "haverifier"])
                Assert.DoesNotContain(unexpected, output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(settings);
        }
    }

    [Fact]
    public void Find_PasswordFile_TheLineOfTheUserAndAServer()
    {
        var file = PasswordFile.Of(["# *:*:*:a:commented", "other:*:*:a:elsewhere", "db1:5433:*:a:other port", @"db1:5432:x:a:it\:is \\ mine:so", "*:*:*:a:any", @"*:*:*:o\:d\\d:odd", "*:*:*:*:everybody's", "too:few"]);
        Assert.Equal(@"it:is \ mine:so", file.Find("a", [("db1", 5432), ("db2", 5432)]));
        Assert.Equal("any", file.Find("a", [("db3", 5432)]));
        Assert.Equal("odd", file.Find(@"o:d\d", [("db3", 5432)]));
        Assert.Null(file.Find("b", [("db1", 5432)]));
    }

    [Fact]
    public void Find_Password_EnvironmentThenFileThenSettings()
    {
        var options = new InitRolesOptions { Replication = "stream" };
        var application = new HaDatabaseOptions { ConnectionString = "Username=app;Password=of settings", Failover = { ControlUsername = "hacontrol", ControlPassword = "controlled" } };
        Assert.Equal("of environment", Find("app", v => v == "HACONNECT_APP_PASSWORD" ? "of environment" : null, _ => "of file"));
        Assert.Equal("of file", Find("app", _ => "", _ => "of file"));
        Assert.Equal("of settings", Find("app", _ => null, _ => null));
        Assert.Equal("controlled", Find("hacontrol", _ => null, null));
        Assert.Null(Find("haverifier", _ => null, null));
        Assert.Equal(["HACONNECT_APP_PASSWORD", "HACONNECT_OBSERVER_PASSWORD", "HACONNECT_CONTROL_PASSWORD", "HACONNECT_VERIFIER_PASSWORD", "HACONNECT_REPLICATION_PASSWORD"],
            ((string[])["app", "haobserver", "hacontrol", "haverifier", "stream"]).Select(r => RolePasswords.Variable(r, options)));

        string? Find(string role, Func<string, string?> environment, Func<string, string?>? file) => RolePasswords.Find(role, options, environment, file, application);
    }

    [Fact]
    public void Read_FileThatOthersMayRead_IsRefused()
    {
        if (OperatingSystem.IsWindows())
            return;
        var path = Path.GetTempFileName();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        try
        {
            Assert.Contains("chmod 600", Assert.Throws<UsageException>(() => PasswordFile.Read(new FileInfo(path))).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await HaConnect.Cli.Tool.RunAsync(arguments, Terminal.To(output, error), TestContext.Current.CancellationToken);
        return (code, output.ToString().Trim(), error.ToString());
    }
}
