namespace HaConnect.Operations.Backups;

/// <summary>A file of a backup, as its manifest has it.</summary>
/// <param name="Path">In the data folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">When it was, or the backup was, changed last.</param>
/// <param name="Algorithm">Of the checksum; null for none.</param>
/// <param name="Checksum">In hexadecimal digits.</param>
internal sealed record ManifestFile(string Path, long Size, DateTimeOffset? Modified, string? Algorithm, string? Checksum);
