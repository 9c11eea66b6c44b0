using System.Runtime.CompilerServices;

/// <summary>The requests of the graceful templates, for the stock template to answer too.</summary>
public static class JobsApi
{
    public static void MapJobs(this WebApplication app)
    {
        app.MapPost("/jobs", async (Job job, CancellationToken cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(job.Seconds), cancellationToken);
            return job;
        });
        app.MapGet("/jobs/progress", (CancellationToken cancellationToken) => TypedResults.ServerSentEvents(ProgressAsync(cancellationToken)));
    }

    private static async IAsyncEnumerable<int> ProgressAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var done = 0; ; done++)
        {
            yield return done;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }
}

public sealed record Job(string Name, double Seconds);
