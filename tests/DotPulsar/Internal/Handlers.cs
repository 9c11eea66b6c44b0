using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DotPulsar.Abstractions;

namespace DotPulsar.Internal;

internal sealed class ExceptionHandler(Func<ExceptionContext, ValueTask> handler) : IHandleException
{
    public ValueTask OnException(ExceptionContext exceptionContext) => handler(exceptionContext);
}

internal sealed class StateHandler<TChange>(Func<TChange, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    : IHandleStateChanged<TChange>
{
    public CancellationToken CancellationToken => cancellationToken;

    public static StateHandler<TChange> For(Action<TChange, CancellationToken> handler, CancellationToken cancellationToken) => new(
        (change, token) =>
        {
            handler(change, token);
            return ValueTask.CompletedTask;
        },
        cancellationToken);

    public ValueTask OnStateChanged(TChange stateChanged, CancellationToken cancellationToken = default) => handler(stateChanged, cancellationToken);
}

internal sealed class CertificateHandler(Func<object, X509Certificate?, X509Chain?, SslPolicyErrors, bool> validator) : IValidateRemoteCertificate
{
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors sslPolicyErrors) =>
        validator(sender, certificate, chain, sslPolicyErrors);
}
