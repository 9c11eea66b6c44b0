using Graceful.Service_1.Shutdown;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Graceful.Service_1.Jobs;

/// <summary>Endpoints below /lab. They are chosen in front of the routing, which leaves alone what has an endpoint already.</summary>
internal sealed class LabEndpoints : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, pipeline) =>
        {
            if (context.Request.Path.StartsWithSegments("/lab", out var rest)) context.SetEndpoint(Choose(rest.ToString()));
            return pipeline(context);
        });
        next(app);
    };

    private static Endpoint Choose(string path) => path switch
    {
        "/metrics" => Endpoint("/lab/metrics", context => { LabMeter.Observe(); return Task.CompletedTask; }),
        "/chatter" => Endpoint("/lab/chatter", context => context.Response.WriteAsync($"{Chatty.Said}")),
        "/long-poll" => Endpoint("/lab/long-poll", LongPollAsync, new EndsOnDrainMetadata()),
        // A route with a name of some hundred characters, in a script that takes three bytes for each.
        _ => Endpoint($"/lab/{string.Concat(Enumerable.Repeat("请求", 100))}{path}", IgnoreTokenAsync),
    };

    private static RouteEndpoint Endpoint(string pattern, RequestDelegate handler, params object[] metadata) =>
        new(handler, RoutePatternFactory.Parse(pattern), order: 0, new EndpointMetadataCollection(metadata), pattern);

    private static Task LongPollAsync(HttpContext context)
    {
        Gate.Say("long poll");
        return Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    private static Task IgnoreTokenAsync(HttpContext context)
    {
        Gate.Say("long name");
        return Task.Delay(TimeSpan.FromMinutes(1), CancellationToken.None);
    }
}
