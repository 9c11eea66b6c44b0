using Microsoft.AspNetCore.Mvc;
using PulsarBroker.Control;

namespace PulsarBroker.Http;

/// <summary>The HTTP port: a little of Pulsar's admin API, and below /control what only a test wants.</summary>
internal static class ControlServer
{
    private const string Persistent = "/admin/v2/persistent/{tenant}/{space}/{topic}";

    public static WebApplication Create(Broker broker, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        // A publish at a slow rate may be under way; nobody waits for it any more.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        builder.Services.ConfigureHttpJsonOptions(o => ControlJson.Configure(o.SerializerOptions));

        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);

        var app = builder.Build();
        app.Use(ExplainAsync);
        MapAdmin(app, broker);
        MapMessages(app.MapGroup("/control"), broker);
        MapFaults(app.MapGroup("/control"), broker);
        return app;
    }

    // The author of a test wants to read what is wrong with it.
    private static async Task ExplainAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (e is BadHttpRequestException or ArgumentException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(e.InnerException?.Message ?? e.Message);
        }
    }

    private static void MapAdmin(IEndpointRouteBuilder app, Broker broker)
    {
        app.MapGet("/admin/v2/brokers/health", () => "ok");
        app.MapPut($"{Persistent}/partitions", (string tenant, string space, string topic, [FromBody] int count) =>
        {
            if (count < 1)
                throw new ArgumentException($"A partitioned topic needs at least one partition, not {count}.");
            broker.SetPartitions(Name(tenant, space, topic), count);
            return Results.NoContent();
        });
        app.MapGet($"{Persistent}/stats", (string tenant, string space, string topic) => Statistics.Of([broker.Topic(Name(tenant, space, topic))]));
        app.MapGet($"{Persistent}/partitioned-stats", (string tenant, string space, string topic) => Statistics.Of(broker.Parts(Name(tenant, space, topic))));
    }

    private static void MapMessages(IEndpointRouteBuilder control, Broker broker)
    {
        var producer = new TestProducer(broker);
        control.MapPost("/publish", (PublishRequest request, CancellationToken cancellationToken) => producer.PublishAsync(request, cancellationToken));
        control.MapGet("/stats", (string topic) => Statistics.Of(broker.Parts(topic)));
        control.MapGet("/deliveries", (string topic, string subscription) => Statistics.Deliveries(broker.Parts(topic), subscription));
        control.MapGet("/messages", (string topic) => broker.Parts(topic).SelectMany(StoredMessages.Of));
        control.MapGet("/commands", () => broker.Log.Commands);
    }

    private static void MapFaults(IEndpointRouteBuilder control, Broker broker)
    {
        control.MapGet("/faults", () => broker.Faults.Current);
        control.MapPut("/faults", (Faults faults) => broker.Apply(faults));
        control.MapPost("/drop-connections", broker.DropConnections);
        control.MapPost("/unload", (string topic) =>
        {
            foreach (var part in broker.Parts(topic))
                part.Unload();
        });
        control.MapPost("/replay", (string topic, string subscription) =>
        {
            foreach (var part in broker.Parts(topic))
                part.Replay(subscription);
        });
        control.MapPost("/reset", broker.Reset);
    }

    private static string Name(string tenant, string space, string topic) => $"persistent://{tenant}/{space}/{topic}";
}
