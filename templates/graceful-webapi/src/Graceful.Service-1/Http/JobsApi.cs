using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using Graceful.Service_1.Jobs;
using Graceful.Service_1.Shutdown;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Graceful.Service_1.Http;

public static class JobsApi
{
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("").WithTags("Jobs");
        jobs.MapPost("/jobs", RunAsync).WithName("RunJob").ProducesValidationProblem();
        jobs.MapGet("/jobs/progress", Progress).WithName("WatchJobs").EndsOnDrain();
    }

    private static async Task<Ok<Job>> RunAsync(Job job, JobRunner runner, CancellationToken cancellationToken)
    {
        await runner.RunAsync(job.Name, job.Seconds, cancellationToken);
        return TypedResults.Ok(job);
    }

    private static ServerSentEventsResult<JobProgress> Progress(JobRunner runner, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(ProgressAsync(runner, cancellationToken));

    private static async IAsyncEnumerable<JobProgress> ProgressAsync(
        JobRunner runner, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var done in runner.WatchAsync(cancellationToken)) yield return new JobProgress(done);
    }
}

/// <summary>A job to run, and the answer when it is done.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Seconds">How long it takes.</param>
public sealed record Job([Required] string Name, [Range(0, 600)] double Seconds);

/// <summary>How many jobs this process has done.</summary>
public sealed record JobProgress(int Done);
