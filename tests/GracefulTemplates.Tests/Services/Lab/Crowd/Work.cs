namespace Graceful.Service_1.Crowd;

/// <summary>What a request does when the gate opens, by the name in its path.</summary>
internal sealed record Deed(string Name, Func<Task> DoAsync);

internal static class Work
{
    public static IServiceCollection AddDeed(this IServiceCollection services, string name, Func<IServiceProvider, Task> act) =>
        services.AddSingleton(provider => new Deed(name, () => act(provider)));

    public static void Map(WebApplication app)
    {
        app.MapGet("/crowd/hello", () => "hello");
        app.MapPost("/crowd/at-gate/{deed}", AtGateAsync);
        app.MapGet("/crowd/ignore-token", IgnoreTokenAsync);
        app.MapGet("/crowd/short-circuit", UntilGateAsync).ShortCircuit();
        app.Map("/crowd/branch", branch => branch.Run(AnswerAtGateAsync));
        app.Use((context, next) => context.Request.Path == "/crowd/middleware" ? AnswerAtGateAsync(context) : next(context));
        app.MapGet("/crowd/missing-types", MissingTypes.Load);
    }

    private static async Task<string> AtGateAsync(string deed, IEnumerable<Deed> deeds)
    {
        Parts.Say("at the gate");
        await Parts.UntilGateAsync();
        if (deed != "nothing") await deeds.Single(known => known.Name == deed).DoAsync();
        return "done";
    }

    public static async Task<string> UntilGateAsync()
    {
        Parts.Say("at the gate");
        await Parts.UntilGateAsync();
        return "done";
    }

    private static async Task AnswerAtGateAsync(HttpContext context) => await context.Response.WriteAsync(await UntilGateAsync());

    private static async Task IgnoreTokenAsync()
    {
        Parts.Say("ignoring its token");
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }
}
