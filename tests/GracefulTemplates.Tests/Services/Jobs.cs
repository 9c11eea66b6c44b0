using System.Net.Http.Json;

namespace GracefulTemplates.Tests.Services;

/// <summary>The sample's jobs over HTTP.</summary>
internal static class Jobs
{
    /// <summary>Sends a job and waits until it has begun; the task is its answer.</summary>
    public static async Task<Task<HttpResponseMessage>> BeginJobAsync(this ServiceProcess service, string name, double seconds)
    {
        var answer = service.RunJobAsync(name, seconds);
        await service.Log.UntilAsync($"job {name} begun", entry => entry.EventId == LogEntry.JobBegun && entry.State("Job").GetString() == name);
        return answer;
    }

    public static Task<HttpResponseMessage> RunJobAsync(this ServiceProcess service, string name, double seconds) =>
        service.Client.PostAsJsonAsync("/jobs", new { name, seconds });

    /// <summary>Asserts that the connection was cut before an answer came.</summary>
    public static Task<HttpRequestException> AssertCutOffAsync(Task<HttpResponseMessage> answer) =>
        Assert.ThrowsAsync<HttpRequestException>(() => answer);
}
