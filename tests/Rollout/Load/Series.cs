using System.Collections.Concurrent;
using System.Net.Http;
using Grpc.Core;
using Rollout.Model;

namespace Rollout.Load;

/// <summary>What became of the requests of one kind of client.</summary>
internal sealed class Series(string name, Timeline timeline)
{
    /// <summary>A request that got no answer for so long has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (int Count, double FirstSecond)> _failures = [];
    private readonly Lock _gate = new();
    private int _requests;
    private TimeSpan _longestBefore;
    private TimeSpan _longestDuring;

    public string Name => name;

    /// <summary>HTTP/2: a client may lose a request to a GOAWAY that crosses it.</summary>
    public bool HasGoAway { get; init; }

    /// <summary>Streams have no latency, and are not work that somebody waits for.</summary>
    public bool IsStream { get; init; }

    /// <summary>How long the work takes that is asked for, so the least that an answer may take.</summary>
    public TimeSpan Work { get; init; }

    public int Requests => Volatile.Read(ref _requests);
    public int Failed => _failures.Values.Sum(failure => failure.Count);

    /// <summary>
    /// Of the failed those that HttpClient gave up when GOAWAY came before they were sent: its own race (.NET 10, 0.05 to 0.2 per
    /// busy connection that closes immediately after GOAWAY). Nothing of such a request reached the service.
    /// </summary>
    public int LostToGoAway => _failures.GetValueOrDefault(GoAway).Count;
    private const string GoAway = "client's GOAWAY race";

    public SeriesResult Result => new(name, Requests, Failed, LostToGoAway, HasGoAway,
        IsStream ? null : Max(Work, _longestBefore).TotalSeconds, IsStream ? null : _longestDuring.TotalSeconds,
        [.. from failure in _failures
            orderby failure.Value.Count descending
            select new Failure(failure.Key, failure.Value.Count, failure.Value.FirstSecond)]);

    /// <summary>Makes a request, and counts it unless the run ended it.</summary>
    /// <param name="servedBy">The pod that has answered, where the client knows it.</param>
    public async Task CountAsync(Func<CancellationToken, Task> request, TimeSpan patience, CancellationToken runEnds = default, Func<Pod?>? servedBy = null)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(runEnds);
        timeout.CancelAfter(patience);
        var start = timeline.Now;
        if (!IsStream) timeline.Begin();
        try
        {
            await request(timeout.Token);
            Interlocked.Increment(ref _requests);
            if (servedBy?.Invoke() is { } pod) timeline.Latencies.Add(pod, start, timeline.Now - start);
        }
        catch (Exception) when (runEnds.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref _requests);
            if (timeout.IsCancellationRequested) Fail(FormattableString.Invariant($"no answer in {patience.TotalSeconds:0} s"), start);
            else Fail(Reason(e), timeline.Now);
        }
        finally
        {
            if (!IsStream) timeline.End();
        }
        AddLatency(timeline.Now - start);
    }

    private void Fail(string reason, TimeSpan at)
    {
        timeline.Fail(at);
        _failures.AddOrUpdate(reason, (1, at.TotalSeconds), (_, before) => (before.Count + 1, before.FirstSecond));
    }

    private void AddLatency(TimeSpan latency)
    {
        lock (_gate)
        {
            if (timeline.HasStops) _longestDuring = Max(_longestDuring, latency);
            else _longestBefore = Max(_longestBefore, latency);
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static string Reason(Exception e)
    {
        var cause = (e as RpcException)?.Status.DebugException ?? e;
        for (var inner = cause; inner is not null; inner = inner.InnerException)
            if (inner is HttpProtocolException { ErrorCode: 0 }) return GoAway;
        return e switch
        {
            RpcException call => $"{call.StatusCode}: {(cause as HttpRequestException)?.HttpRequestError.ToString() ?? call.Status.Detail}",
            HttpRequestException { StatusCode: { } status } => $"status {(int)status}",
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "refused",
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "no response",
            IOException or HttpRequestException { InnerException: IOException } => "cut off",
            HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => $"{http.HttpRequestError}",
            _ => e.Message,
        };
    }
}

/// <param name="LongestBefore">Seconds, before the first pod was told to stop; the start of a new one is in it, which takes cores from the others.</param>
/// <param name="LongestDuring">Seconds, from then on.</param>
internal sealed record SeriesResult(
    string Name, int Requests, int Failed, int LostToGoAway, bool HasGoAway, double? LongestBefore, double? LongestDuring, Failure[] Failures);

internal sealed record Failure(string Reason, int Count, double FirstSecond);
