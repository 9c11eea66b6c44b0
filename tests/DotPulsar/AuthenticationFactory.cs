using System.Text;
using DotPulsar.Abstractions;

namespace DotPulsar;

/// <summary>The ways to say who one is.</summary>
public static class AuthenticationFactory
{
    public static IAuthentication Token(string token) => Token(_ => new(token));

    public static IAuthentication Token(Func<CancellationToken, ValueTask<string>> tokenSupplier) => new TextAuthentication("token", tokenSupplier);

    public static IAuthentication Basic(string userId, string password) => Basic(_ => new($"{userId}:{password}"));

    public static IAuthentication Basic(Func<CancellationToken, ValueTask<string>> tokenSupplier) => new TextAuthentication("basic", tokenSupplier);

    private sealed class TextAuthentication(string method, Func<CancellationToken, ValueTask<string>> supplier) : IAuthentication
    {
        public string AuthenticationMethodName => method;

        public async ValueTask<byte[]> GetAuthenticationData(CancellationToken cancellationToken) =>
            Encoding.UTF8.GetBytes(await supplier(cancellationToken));
    }
}
