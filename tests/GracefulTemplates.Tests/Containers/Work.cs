using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace GracefulTemplates.Tests.Containers;

/// <summary>A job over each transport that the service has. A task is "answered", or what happened instead.</summary>
internal static class Work
{
    public const string Answered = "answered";

    public static IReadOnlyList<Task<string>> Begin(ServiceImage image, RunningContainer container, double seconds) =>
    [
        .. image.Service.Has("http") ? (Task<string>[])[SayAsync(RequestAsync(container, seconds))] : [],
        .. image.Service.Has("grpc") ? (Task<string>[])[SayAsync(CallAsync(container, seconds))] : [],
    ];

    private static async Task<string> RequestAsync(RunningContainer container, double seconds)
    {
        using var response = await container.Http.PostAsJsonAsync(container.Address("http", "/jobs"), new { name = "ci", seconds });
        return response.StatusCode == HttpStatusCode.OK ? Answered : $"{response.StatusCode}";
    }

    // By hand, so that these tests need no client made from the template's .proto: RunRequest { name = 1, seconds = 2 }.
    private static async Task<string> CallAsync(RunningContainer container, double seconds)
    {
        byte[] message = [0x0a, 2, (byte)'c', (byte)'i', 0x11, .. BitConverter.GetBytes(seconds)];
        using var request = new HttpRequestMessage(HttpMethod.Post, container.Address("grpc", "/jobs.v1.Jobs/Run"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, (byte)message.Length, .. message]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            Headers = { TE = { new TransferCodingWithQualityHeaderValue("trailers") } },
        };
        using var response = await container.Http.SendAsync(request);
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
