using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Messaging.Internal;

/// <summary>The token of the configuration, or that of the file as it is now.</summary>
internal sealed class TokenSource(IOptions<PulsarOptions> options)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(0.5);

    private volatile string _last = "";

    public bool HasToken => options.Value is { Token.Length: > 0 } or { TokenFile.Length: > 0 };

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken) => _last = await ReadAsync(cancellationToken);

    /// <summary>Returns when there is another token than the one used last, or after that time.</summary>
    /// <remarks>Reads the file: Kubernetes replaces a whole folder of links, which a file watcher does not see.</remarks>
    public async Task ChangedAsync(TimeSpan orAfter, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited < orAfter; waited += LookEvery)
        {
            await Task.Delay(LookEvery, cancellationToken);
            if (await ReadAsync(cancellationToken) != _last) return;
        }
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (options.Value.TokenFile is not { Length: > 0 } file) return options.Value.Token ?? "";
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return _last; // It is being replaced.
        }
    }
}
