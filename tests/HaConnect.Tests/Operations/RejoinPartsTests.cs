using System.Buffers.Binary;
using System.Text;
using HaConnect.Operations.Rejoining;

namespace HaConnect.Tests.Operations;

/// <summary>The small parts of a rejoin.</summary>
public sealed class RejoinPartsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("haconnect-parts-").FullName;

    [Fact]
    public void LibpqConninfo_Of_QuotesAndLeavesOutWhatIsNotGiven()
    {
        Assert.Equal("host=h port=5432 user=u", LibpqConninfo.Of("h", 5432, "u", null, null, null));
        Assert.Equal(@"host=h port=5432 user='it\'s' dbname='a b' passfile='c:\\p' sslmode=verify-full", LibpqConninfo.Of("h", 5432, "it's", "a b", @"c:\p", "verify-full"));
    }

    [Theory]
    [InlineData("/usr/lib/postgresql/15/bin/postgres \"-D\" \"/var/lib/postgresql/15/main\" \"-c\" \"config_file=/etc/postgresql/15/main/postgresql.conf\"\n", "/etc/postgresql/15/main/postgresql.conf")]
    [InlineData("postgres \"-D\" \"/d\" \"--config_file=/a b/postgresql.conf\" \"-p\" \"5433\"\n", "/a b/postgresql.conf")]
    [InlineData("postgres \"-D\" \"/d\"\n", null)]
    public void DataFolder_ConfigFileOfLastStart_ReadsTheCommandLine(string record, string? file)
    {
        File.WriteAllText(Path.Combine(_folder, "postmaster.opts"), record);
        Assert.Equal(file, DataFolder.ConfigFileOfLastStart(_folder));
    }

    [Fact]
    public void DataFolder_WriteOwn_EscapesTheConninfoAsPostgresReadsIt()
    {
        File.WriteAllText(Path.Combine(_folder, "postgresql.auto.conf"), "port = '1'\nwork_mem = '8MB'\nhaconnect.term = 'x'\nsynchronous_standby_names = 'y'\n");
        var folder = new DataFolder(_folder, new NoHost());
        folder.WriteOwn(folder.OwnOfNew(new Dictionary<string, byte[]>(), 5433), @"host=h passfile='/it\'s/p'");
        Assert.Equal(["work_mem = '8MB'", "port = 5433", @"primary_conninfo = 'host=h passfile=''/it\\''s/p'''"], File.ReadAllLines(Path.Combine(_folder, "postgresql.auto.conf")));
        Assert.True(File.Exists(Path.Combine(_folder, "standby.signal")));

        folder.WriteOwn(folder.OwnOfNew(new Dictionary<string, byte[]> { ["postgresql.conf"] = "port = 7"u8.ToArray() }, 5433), "host=h");
        Assert.Equal("port = 7", File.ReadAllText(Path.Combine(_folder, "postgresql.conf")));
        Assert.Equal(["work_mem = '8MB'", "primary_conninfo = 'host=h'"], File.ReadAllLines(Path.Combine(_folder, "postgresql.auto.conf")));
    }

    [Fact]
    public void SlotFile_ReadAll_TellsPhysicalFromLogicalAndLeavesOutTemporaryOnes()
    {
        Write("a", database: 0, persistency: 0);
        Write("b", database: 16384, persistency: 0);
        Write("c", database: 0, persistency: 2);
        Directory.CreateDirectory(Path.Combine(_folder, "d"));
        Assert.Equal([new("a", false), new("b", true)], SlotFile.ReadAll(_folder));
        Assert.Equal([new("a", false), new("b", true)], SlotFile.Parse(SlotFile.Format(SlotFile.ReadAll(_folder))));
    }

    [Fact]
    public void MountPoints_Contains_TellsAFileSystemFromAFolder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "known on Linux only");
        Assert.True(MountPoints.Contains("/proc"));
        Assert.False(MountPoints.Contains(_folder));
        Assert.False(MountPoints.Contains(Path.Combine(_folder, "none")));
    }

    [Fact]
    public void ControlData_NeedsUpTo_IsOfTheTimelineAskedFor()
    {
        var control = new ControlData("""
            Database system identifier:           7000000001
            Latest checkpoint location:           0/3000060
            Latest checkpoint's REDO location:    0/3000028
            Latest checkpoint's TimeLineID:       2
            Minimum recovery ending location:     0/5000000
            Min recovery ending loc's timeline:   3
            wal_log_hints setting:                on
            WAL block size:                       8192
            Bytes per WAL segment:                16777216
            Data page checksum version:           0
            """);
        Assert.Equal((0UL, 0x3000061UL, 0x5000000UL), (control.NeedsUpTo(1), control.NeedsUpTo(2), control.NeedsUpTo(3)));
        Assert.Equal((null, 0x3000028UL, 0x5000000UL), (control.ReadableFrom(1), control.ReadableFrom(2), control.ReadableFrom(3)));
        Assert.Equal((true, "7000000001", new WalGeometry(16777216, 8192)), (control.HasChecksumsOrHints, control.SystemIdentifier, control.Geometry));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, uint database, uint persistency)
    {
        var bytes = new byte[200];
        Encoding.ASCII.GetBytes(name).CopyTo(bytes, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(80), database);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(84), persistency);
        Directory.CreateDirectory(Path.Combine(_folder, name));
        File.WriteAllBytes(Path.Combine(_folder, name, "state"), bytes);
    }

    private sealed class NoHost : IServerHost
    {
        public string AddressOf(string primaryHost) => throw new NotSupportedException();

        public Task<bool> IsRunningAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Own(string path)
        {
            // It is ours.
        }

        public Task<(int ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments, string? password, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
