using System.Text.Json;
using HaConnect.Histories;

namespace HaConnect.Tests.Histories;

public sealed class HistoryFormatTests
{
    [Fact]
    public void Read_WhatWriteWrote_IsTheSame()
    {
        var ack = new Acked { At = 5, Client = "once-0", Op = 3, Node = "n2", Timeline = 2, Term = 4, Sent = 4, Attempts = 1 };

        var line = HistoryFormat.Write(ack);

        Assert.Equal("""{"type":"ok","node":"n2","timeline":2,"term":4,"sent":4,"attempts":1,"client":"once-0","op":3,"at":5}""", line);
        Assert.Equal(ack, HistoryFormat.Read(line));
    }

    [Theory]
    [InlineData("""{"type":"ok","at":5,"client":"once-0","op":3}""")] // no node
    [InlineData("""{"type":"fine","at":5}""")]
    [InlineData("""{"type":"fault","at":5,"name":"kill","nodes":"n1"}""")] // misspelt
    [InlineData("""{"at":5}""")]
    public void Read_NoEvent_Throws(string line) => Assert.ThrowsAny<Exception>(() => HistoryFormat.Read(line));

    [Fact]
    public void ReadFiles_LineCutShortByAKill_IsLeftOut()
    {
        var file = Path.GetTempFileName();
        try
        {
            using (var recorder = new HistoryRecorder(file))
                recorder.Add(new FaultBegan { At = 1, Name = "kill", Node = "n1" });
            File.AppendAllText(file, """{"type":"fault","at":2,"na""");

            Assert.Equal([new FaultBegan { At = 1, Name = "kill", Node = "n1" }], HistoryFormat.ReadFiles([file]));
            File.AppendAllText(file, "\n");
            Assert.ThrowsAny<JsonException>(() => HistoryFormat.ReadFiles([file]));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
