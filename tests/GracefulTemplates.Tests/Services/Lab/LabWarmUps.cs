using Graceful.Service_1.Health;

namespace Graceful.Service_1.Jobs;

internal sealed class FailingTwice : IWarmUp
{
    private static int _attempts;

    public Task WarmUpAsync(CancellationToken cancellationToken)
    {
        Gate.Say($"warm-up attempt {++_attempts}");
        return _attempts <= 2 ? throw new InvalidOperationException("hunter2 is no password.") : Task.CompletedTask;
    }
}

internal sealed class Hanging : IWarmUp
{
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        Gate.Say("warm-up hangs");
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}

internal sealed class HangingWithoutToken : IWarmUp
{
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        Gate.Say("warm-up hangs");
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }
}

/// <summary>Blocks its thread, and that of whoever asks for it first.</summary>
internal sealed class BlockingConstructor : IWarmUp
{
    public BlockingConstructor()
    {
        Gate.Say("warm-up hangs");
        Thread.Sleep(Timeout.Infinite);
    }

    public Task WarmUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Late, and done all the same.</summary>
internal sealed class LateAtGate : IWarmUp
{
    public Task WarmUpAsync(CancellationToken cancellationToken)
    {
        Gate.Wait("warm-up is late");
        return Task.CompletedTask;
    }
}

/// <summary>Asks for what is not there any more, as when the sample was deleted.</summary>
internal sealed class AskingForNothing(OwnEndpoints own) : IWarmUp
{
    public Task WarmUpAsync(CancellationToken cancellationToken) => own.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, "/gone"), cancellationToken);
}

/// <summary>Says which requests have been answered, and how.</summary>
internal sealed class RequestTeller : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, answer) =>
        {
            await answer(context);
            Gate.Say($"{context.Request.Scheme} {context.Request.Method} {context.Request.Path} {context.Response.StatusCode}");
        });
        next(app);
    };
}
