using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging;

namespace GracefulTemplates.Tests.Services;

/// <summary>
/// What a client knows of a headless Service by DNS: <c>DnsResolver</c> of Grpc.Net.Client asks at most every 15 s, also when a
/// connection breaks. Here each channel asks at another moment, so that for one of them it has just done so whenever a pod goes.
/// </summary>
/// <param name="answer">The addresses that are in DNS now.</param>
/// <param name="firstAgain">When it asks for the second time; after that in each period.</param>
internal sealed class LateResolver(Func<IEnumerable<BalancerAddress>> answer, TimeSpan firstAgain, ILoggerFactory loggers) : PollingResolver(loggers)
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    private Timer? _timer;
    private DateTime _nextAnswer = DateTime.MinValue;

    protected override void OnStarted()
    {
        base.OnStarted();
        _timer = new Timer(_ => Refresh(), null, firstAgain, Period);
    }

    protected override async Task ResolveAsync(CancellationToken cancellationToken)
    {
        var wait = _nextAnswer - DateTime.UtcNow;
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, cancellationToken);
        _nextAnswer = DateTime.UtcNow + (_nextAnswer == DateTime.MinValue ? firstAgain : Period);
        Listener(ResolverResult.ForResult([.. answer()]));
    }

    protected override void Dispose(bool disposing)
    {
        _timer?.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>For addresses that begin with <c>late:</c>.</summary>
internal sealed class LateResolverFactory(Func<IEnumerable<BalancerAddress>> answer, TimeSpan firstAgain) : ResolverFactory
{
    public override string Name => "late";

    public override Resolver Create(ResolverOptions options) => new LateResolver(answer, firstAgain, options.LoggerFactory);
}
