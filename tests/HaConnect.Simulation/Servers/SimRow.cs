using System.Collections;
using System.Data.Common;

namespace HaConnect.Simulation.Servers;

/// <summary>The one row (or none) that a statement returned, as the library's own code reads it.</summary>
internal sealed class SimRow(params object?[] values) : DbDataReader
{
    internal static readonly SimRow None = new();

    public override bool HasRows => values.Length > 0;

    public override int FieldCount => values.Length;

    public override int Depth => 0;

    public override bool IsClosed => false;

    public override int RecordsAffected => 0;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => throw new NotSupportedException();

    public override bool IsDBNull(int ordinal) => values[ordinal] is null;

    public override object GetValue(int ordinal) => values[ordinal]!;

    public override T GetFieldValue<T>(int ordinal) => (T)values[ordinal]!;

    public override bool GetBoolean(int ordinal) => (bool)values[ordinal]!;

    public override string GetString(int ordinal) => (string)values[ordinal]!;

    public override int GetInt32(int ordinal) => (int)values[ordinal]!;

    public override long GetInt64(int ordinal) => (long)values[ordinal]!;

    public override double GetDouble(int ordinal) => (double)values[ordinal]!;

    public override DateTime GetDateTime(int ordinal) => (DateTime)values[ordinal]!;

    public override byte GetByte(int ordinal) => throw new NotSupportedException();

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

    public override char GetChar(int ordinal) => throw new NotSupportedException();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

    public override string GetDataTypeName(int ordinal) => throw new NotSupportedException();

    public override decimal GetDecimal(int ordinal) => throw new NotSupportedException();

    public override IEnumerator GetEnumerator() => values.GetEnumerator();

    public override Type GetFieldType(int ordinal) => throw new NotSupportedException();

    public override float GetFloat(int ordinal) => throw new NotSupportedException();

    public override Guid GetGuid(int ordinal) => throw new NotSupportedException();

    public override short GetInt16(int ordinal) => throw new NotSupportedException();

    public override string GetName(int ordinal) => throw new NotSupportedException();

    public override int GetOrdinal(string name) => throw new NotSupportedException();

    public override int GetValues(object[] target) => throw new NotSupportedException();

    public override bool NextResult() => false;

    public override bool Read() => values.Length > 0;
}
