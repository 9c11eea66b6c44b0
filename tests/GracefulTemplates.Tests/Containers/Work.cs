using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using GracefulTemplates.Tests.Kubernetes;

namespace GracefulTemplates.Tests.Containers;

/// <summary>A job over each transport that the service has. A task is "answered", or what happened instead.</summary>
internal static class Work
{
    public const string Answered = "answered";

    /// <param name="address">Where a path is, by the name of its port.</param>
    public static IReadOnlyList<Task<string>> Begin(GeneratedService service, HttpClient http, Func<string, string, Uri> address, double seconds) =>
    [
        .. service.Has("http") ? (Task<string>[])[SayAsync(RequestAsync(http, address("http", "/jobs"), seconds))] : [],
        .. service.Has("grpc") ? (Task<string>[])[SayAsync(CallAsync(http, address("grpc", "/jobs.v1.Jobs/Run"), seconds))] : [],
    ];

    private static async Task<string> RequestAsync(HttpClient http, Uri address, double seconds)
    {
        using var response = await http.PostAsJsonAsync(address, new { name = "ci", seconds });
        return response.StatusCode == HttpStatusCode.OK ? Answered : $"{response.StatusCode}";
    }

    // By hand, so that these tests need no client made from the template's .proto: RunRequest { name = 1, seconds = 2 }.
    private static async Task<string> CallAsync(HttpClient http, Uri address, double seconds)
    {
        byte[] message = [0x0a, 2, (byte)'c', (byte)'i', 0x11, .. BitConverter.GetBytes(seconds)];
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, (byte)message.Length, .. message]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            Headers = { TE = { new TransferCodingWithQualityHeaderValue("trailers") } },
        };
        using var response = await http.SendAsync(request);
        var status = response.TrailingHeaders.Concat(response.Headers).FirstOrDefault(header => header.Key == "grpc-status").Value?.Single();
        return status == "0" ? Answered : $"grpc-status {status}";
    }

    private static async Task<string> SayAsync(Task<string> work)
    {
        try
        {
            return await work;
        }
        catch (HttpRequestException exception)
        {
            return $"failed: {exception.Message}";
        }
    }
}
