using HaConnect.Failover;

namespace HaConnect.Tests.Failover;

public sealed class RegisterTests
{
    [Theory]
    [InlineData("7,host-1-ab,promised,0,,0,,db1", 7, "host-1-ab", "Promised", 0, "", 0, "", "db1")]
    [InlineData("7,i,promised,5,db3,0,,db1", 7, "i", "Promised", 5, "db3", 0, "", "db1")]
    [InlineData("8,i,decided,8,db2,3,db3,db1:5432", 8, "i", "Decided", 8, "db2", 3, "db3", "db1:5432")]
    [InlineData("9,i,accepted,9,db2,9,db2,db1", 9, "i", "Accepted", 9, "db2", 9, "db2", "db1")]
    [InlineData("10,i,established,10,db2,10,db2,db1", 10, "i", "Established", 10, "db2", 10, "db2", "db1")]
    public void Parse_Text_GivesTheFieldsAndFormatsBack(string text, long term, string coordinator, string phase, long decidedTerm, string decided, long acceptedTerm, string accepted, string node)
    {
        var register = Register.Parse(text)!;
        Assert.Equal((term, coordinator, phase, node), (register.Term, register.Coordinator, register.Phase.ToString(), register.Node));
        Assert.Equal((new Decision(decidedTerm, decided), new Decision(acceptedTerm, accepted)), (register.Decided, register.Accepted));
        Assert.Equal(text, register.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("7,i,promised,0,,db1")]
    [InlineData("7,i,promised,x,,0,,db1")]
    [InlineData("7,i,promised,0,,y,,db1")]
    [InlineData("7,i,promised,0,,0,,db1,more")]
    [InlineData("x,i,promised,0,,0,,db1")]
    [InlineData("-7,i,promised,0,,0,,db1")]
    [InlineData("7,i,unheard-of,0,,0,,db1")]
    public void Parse_AnythingElse_IsNoRegister(string? text) => Assert.Null(Register.Parse(text));

    [Fact]
    public void Phases_Order_IsThatOfTheProtocol() =>
        Assert.Equal([RegisterPhase.Promised, RegisterPhase.Decided, RegisterPhase.Accepted, RegisterPhase.Established, RegisterPhase.Announced, RegisterPhase.Held], Enum.GetValues<RegisterPhase>().Order());

    [Fact]
    public void InstanceName_Create_FitsIntoARegister()
    {
        var name = InstanceName.Create();
        Assert.NotEqual(name, InstanceName.Create());
        Assert.Equal(name, Register.Parse(new Register(1, name, RegisterPhase.Promised, Decision.None, Decision.None, "n").ToString())!.Coordinator);
    }

    [Fact]
    public void LockKey_ObjectOf_IsStableAcrossProcesses()
    {
        // FNV-1a of the UTF-8 bytes: what is stored on servers must not change with the library's version.
        Assert.Equal(unchecked((int)2166136261), LockKey.ObjectOf(""));
        Assert.Equal(unchecked((int)0xE40C292C), LockKey.ObjectOf("a"));
        Assert.NotEqual(LockKey.ObjectOf("main"), LockKey.ObjectOf("main2"));
    }
}
