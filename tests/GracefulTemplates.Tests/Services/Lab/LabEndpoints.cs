using System.Runtime.CompilerServices;
using Graceful.Service_1.Shutdown;

namespace Graceful.Service_1.Jobs;

/// <summary>Endpoints below /lab, in a pipeline with a routing of its own in front of the application's.</summary>
internal sealed class LabEndpoints : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Map("/lab", lab => lab.UseRouting().UseEndpoints(endpoints =>
        {
            endpoints.MapGet("/metrics", LabMeter.Observe);
            endpoints.MapGet("/chatter", () => $"{Chatty.Said}");
            endpoints.MapGet("/long-poll", LongPollAsync).EndsOnDrain();
            endpoints.MapGet("/poll", LongPollAsync);
            endpoints.MapGet("/silent-events", (CancellationToken stop) => TypedResults.ServerSentEvents(SilenceAsync(stop))).EndsOnDrain();
            // A route with a name of some hundred characters, in a script that takes three bytes for each.
            endpoints.MapGet($"/{string.Concat(Enumerable.Repeat("请求", 100))}/{{number}}", IgnoreTokenAsync);
            endpoints.MapGet("/younger", IgnoreTokenAsync);
            endpoints.MapGet("/begun", BeginAsync);
            endpoints.MapGet("/in-session", InSessionAsync);
            endpoints.MapGet("/gated", () => Task.Run(() => Gate.Wait("at the gate")));
        }));
        next(app);
    };

    private static Task LongPollAsync(HttpContext context)
    {
        Gate.Say("long poll");
        return Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    /// <summary>Sends "ok", or the first letter of it, and is at work until the gate opens.</summary>
    private static async Task BeginAsync(HttpContext context, bool whole)
    {
        const string Answer = "ok";
        context.Response.ContentLength = Answer.Length;
        await context.Response.WriteAsync(whole ? Answer : Answer[..1]);
        await Task.Run(() => Gate.Wait("response begun"));
        if (!whole) await context.Response.WriteAsync(Answer[1..]);
    }

    private static async Task InSessionAsync(HttpContext context)
    {
        await context.Response.WriteAsync("begun");
        await Sessions.EnterAsync();
    }

    private static async IAsyncEnumerable<string> SilenceAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Gate.Say("silent events");
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield break;
    }

    private static Task IgnoreTokenAsync(HttpContext context)
    {
        Gate.Say("long name");
        return Task.Delay(TimeSpan.FromMinutes(1), CancellationToken.None);
    }
}
