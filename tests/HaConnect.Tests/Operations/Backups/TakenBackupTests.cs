using HaConnect.Cli.Backups;
using HaConnect.Operations.Backups;
using Npgsql;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>How pg_basebackup is told to connect.</summary>
public sealed class TakenBackupTests
{
    [Theory]
    [InlineData("Host=db1;Username=r", " sslmode=verify-full ")]
    [InlineData("Host=db1;Username=r;SSL Mode=VerifyCA;Root Certificate=/etc/ssl/my ca.crt", " sslmode=verify-ca sslrootcert='/etc/ssl/my ca.crt' ")]
    [InlineData("Host=db1;Username=r;SslMode=Prefer", " sslmode=prefer ")]
    [InlineData("Host=db1;Username=r;SSL Mode=Disable", " sslmode=disable ")]
    [InlineData("Host=db1;Username=r;SSL Mode=Require;SSL Certificate=/c;SSL Key=/k", " sslmode=require sslcert=/c sslkey=/k ")]
    [InlineData("Host=127.0.0.1;Username=r", " user=r application_name")]
    public void ConninfoOf_AConnectionString_IsLibpqs(string from, string part) => Assert.Contains(part, TakenBackup.ConninfoOf(from), StringComparison.Ordinal);

    [Fact]
    public void EnvironmentOf_HasWhatNpgsqlWouldTakeToo()
    {
        Dictionary<string, string> own = new() { ["PGPASSWORD"] = "mine", ["PGSSLROOTCERT"] = "/ca", ["PGHOST"] = "other" };
        Assert.Equal("PGPASSWORD=mine PGSSLROOTCERT=/ca", Of("Host=a;Username=r"));
        Assert.Equal("PGPASSWORD=its PGSSLROOTCERT=/ca", Of("Host=a;Username=r;Password=its"));
        Assert.Equal("PGSSLROOTCERT=/ca", Of("Host=a;Username=r;Passfile=/p"));

        string Of(string from) => string.Join(' ', TakenBackup.EnvironmentOf(new NpgsqlConnectionStringBuilder(from), own.GetValueOrDefault).Select(v => $"{v.Key}={v.Value}"));
    }

    [Theory]
    [InlineData("verify-full", "Host=db1", "sslmode=verify-full")]
    [InlineData("verify-ca", "Host=db1;SSL Mode=Disable;Root Certificate=/ca", "sslmode=verify-ca sslrootcert=/ca")]
    [InlineData("prefer", "Host=db1", "sslmode=prefer")]
    [InlineData(null, "Host=db1;SSL Mode=Require", "sslmode=require")]
    [InlineData(null, "Host=db1", "sslmode=verify-full")]
    public void ReplicationTo_TheClustersSettings_AreCarriedToPgBasebackup(string? mode, string application, string part) =>
        Assert.Contains($" {part} application_name", TakenBackup.ConninfoOf(ClusterPrimary.ReplicationTo("db1", 5432, new ReplicationOptions { Username = "r", SslMode = mode }, application).ConnectionString), StringComparison.Ordinal);

    [Fact]
    public async Task RunAsync_WhatCannotBeReadOrAsked_IsUnknown()
    {
        foreach (var e in (Exception[])[new IOException("x"), new UnauthorizedAccessException("x"), new NpgsqlException("x"), new InvalidDataException("x"), new TimeoutException("x")])
            Assert.Equal("x", (await Assert.ThrowsAsync<UnknownException>(() => BackupInput.RunAsync<int>(() => throw e))).Message);
    }
}
