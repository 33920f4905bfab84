using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Network;

/// <summary>Gives a server a certificate that it has signed itself, and turns TLS on.</summary>
internal static class ServerCertificate
{
    /// <param name="node">The server.</param>
    /// <param name="hosts">The names and addresses that the certificate bears.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The certificate's file, for <c>Root Certificate</c>.</returns>
    internal static async Task<string> IssueAsync(PostgresNode node, IEnumerable<string> hosts, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={node.Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await CopyAsync("server.crt", certificate.ExportCertificatePem());
        await CopyAsync("server.key", key.ExportPkcs8PrivateKeyPem());
        await node.ExecuteAsync("ALTER SYSTEM SET ssl = on", cancellationToken);
        await node.ExecuteAsync("SELECT pg_reload_conf()", cancellationToken);
        await ClusterTest.UntilAsync("TLS is on", () => node.ScalarAsync<bool>("SELECT pg_catalog.current_setting('ssl')::boolean", cancellationToken));
        return Path.Combine(node.DataDirectory, "server.crt");

        // Written by the server itself, so that they are its own.
        async Task CopyAsync(string file, string text)
        {
            var path = Path.Combine(node.DataDirectory, file);
            await node.ExecuteAsync($"COPY (SELECT unnest(string_to_array('{text}', E'\\n'))) TO '{path}'", cancellationToken);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
