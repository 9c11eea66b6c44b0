using System.Net;
using System.Net.Http.Json;
using Graceful.Service_1.Http;

namespace Graceful.Service_1.Tests;

public sealed class HttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_answered_when_it_is_done()
    {
        await using var service = await ServiceProcess.StartReadyAsync();

        using var response = await service.Client.PostAsJsonAsync("/jobs", new Job("x", 0.2), Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new Job("x", 0.2), await response.Content.ReadFromJsonAsync<Job>(Cancellation));
    }

    [Theory]
    [InlineData("""{"name":"x","seconds":601}""")]
    [InlineData("""{"name":"x","seconds":-1}""")]
    [InlineData("""{"seconds":1}""")]
    [InlineData("""{"name":""")]
    public async Task What_is_wrong_with_a_job_is_said_as_problem_details(string job)
    {
        await using var service = await ServiceProcess.StartReadyAsync();

        using var response = await service.Client.PostAsync("/jobs", new StringContent(job, null, "application/json"), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [SignalFact]
    public async Task A_job_in_flight_at_the_signal_is_answered_and_its_client_is_asked_to_leave()
    {
        await using var service = await ServiceProcess.StartReadyAsync(("Shutdown:DelaySeconds", "0"));
        using var client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan });
        var body = new AnnouncingContent("""{"name":"x","seconds":1}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Client.BaseAddress!, "/jobs")) { Content = body };
        request.Headers.ExpectContinue = true;

        var answer = client.SendAsync(request, Cancellation);
        await body.Awaited;
        service.Terminate();

        using var response = await answer;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.ConnectionClose);
        var report = await service.EndAsync(expectedExitCode: 0);
        Assert.Equal(1, report.GetProperty("work").GetProperty("inFlightAtSignal").GetInt32());
        Assert.Equal(1, report.GetProperty("work").GetProperty("completed").GetInt32());
    }

    [SignalFact]
    public async Task A_progress_stream_ends_cleanly_when_draining_begins()
    {
        await using var service = await ServiceProcess.StartReadyAsync(("Shutdown:DelaySeconds", "0"));
        using var events = new StreamReader(await service.Client.GetStreamAsync("/jobs/progress", Cancellation));
        Assert.Equal("""data: {"done":0}""", await events.ReadLineAsync(Cancellation));

        service.Terminate();

        await events.ReadToEndAsync(Cancellation); // Throws when the connection is reset.
        await service.EndAsync(expectedExitCode: 0);
    }

    /// <summary>A body that is sent when the server asks for it, which proves that the request is in flight.</summary>
    private sealed class AnnouncingContent(string json) : StringContent(json, null, "application/json")
    {
        private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Awaited => _awaited.Task;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _awaited.SetResult();
            return base.SerializeToStreamAsync(stream, context);
        }
    }
}
