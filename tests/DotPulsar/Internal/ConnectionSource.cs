using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PulsarBroker.Protocol;

namespace DotPulsar.Internal;

/// <summary>The one connection of a client, opened when it is needed. Lookups are made, but not followed: there is one broker.</summary>
internal sealed class ConnectionSource(ClientSettings settings) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _disposed = new();
    private Connection? _connection;

    public async Task<Connection> ForTopicAsync(string topic, CancellationToken cancellationToken)
    {
        var connection = await GetAsync(cancellationToken);
        await connection.RequestAsync(id => Commands.Lookup(id, topic), cancellationToken);
        return connection;
    }

    public async Task<IReadOnlyList<string>> PartsAsync(string topic, CancellationToken cancellationToken)
    {
        var connection = await ForTopicAsync(topic, cancellationToken);
        var reply = await connection.RequestAsync(id => Commands.Partitions(id, topic), cancellationToken);
        var count = (int)reply.PartitionsResponse.Partitions;
        return count == 0 ? [topic] : [.. Enumerable.Range(0, count).Select(i => $"{topic}-partition-{i}")];
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _connection?.Dispose();
    }

    private async Task<Connection> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { IsOpen: true })
                return _connection;
            _disposed.Token.ThrowIfCancellationRequested();
            var stream = await ConnectAsync(cancellationToken);
            var authData = settings.Authentication is { } a ? await a.GetAuthenticationData(cancellationToken) : null;
            var method = settings.Authentication?.AuthenticationMethodName ?? (settings.ClientCertificates.Count > 0 ? "tls" : null);
            return _connection = await Connection.OpenAsync(stream, Commands.Connect("DotPulsar stand-in", method, authData), settings.KeepAliveInterval);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var url = settings.ServiceUrl;
        // Nagle's algorithm stays on: the real client leaves it so, and a small prefetch is slow because of it.
        var tcp = new TcpClient();
        try
        {
            await tcp.ConnectAsync(url.Host, url.Port >= 0 ? url.Port : settings.Encrypted ? 6651 : 6650, cancellationToken);
            return settings.Encrypted ? await EncryptAsync(tcp.GetStream(), url.Host, cancellationToken) : tcp.GetStream();
        }
        catch
        {
            tcp.Dispose();
            throw;
        }
    }

    private async Task<Stream> EncryptAsync(Stream stream, string host, CancellationToken cancellationToken)
    {
        var errors = SslPolicyErrors.None;
        var validation = settings.Validation ?? new CertificateValidation(settings);
        var encrypted = new SslStream(stream);
        try
        {
            await encrypted.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    ClientCertificates = settings.ClientCertificates,
                    CertificateRevocationCheckMode = settings.CheckRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = (sender, certificate, chain, e) => validation.Validate(sender, certificate, chain, errors = e),
                },
                cancellationToken);
            return encrypted;
        }
        catch (Exception e) when (errors != SslPolicyErrors.None)
        {
            throw new AuthenticationException($"The remote certificate validation failed with SSL policy errors '{errors}'", e);
        }
    }
}
