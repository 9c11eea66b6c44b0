namespace Benchmarks;

/// <summary>A request to a template's own sample.</summary>
internal sealed record SampleRequest(HttpMethod Method, string Path, object? Body = null)
{
    public static SampleRequest OfStock { get; } = new(HttpMethod.Get, "/weatherforecast");
    public static SampleRequest OfEmpty { get; } = new(HttpMethod.Get, "/");
    public static SampleRequest OfReadiness { get; } = new(HttpMethod.Get, "/ready");
    public static SampleRequest OfGraceful { get; } = new(HttpMethod.Post, "/jobs", new { name = "x", seconds = 0 });

    public HttpRequestMessage ToMessage(int port) =>
        new(Method, $"http://127.0.0.1:{port}{Path}") { Content = Body is null ? null : JsonContent.Create(Body) };
}
