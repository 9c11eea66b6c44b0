using Rollout.Model;

namespace Rollout.Load;

/// <summary>The clients of one service: every kind that is known to lose requests in its own way.</summary>
internal sealed class Workload
{
    private const double ShortJob = 0.05;

    private readonly List<Func<CancellationToken, Task>> _clients = [];

    /// <param name="longJobSeconds">Longer than the preStop sleep, so that it is in flight at the signal.</param>
    private Workload(Timeline timeline, IReadOnlyList<IRoute> routes, double longJobSeconds)
    {
        AddHttp("POST, new connection each", new ClientShape(8, 1, 50, ShortJob) { ClosesEach = true });
        AddHttp("POST, kept-alive", new ClientShape(16, 1, 500, ShortJob));
        AddHttp(FormattableString.Invariant($"POST, {longJobSeconds:0.#} s long"), new ClientShape(4, 1, 500, longJobSeconds));
        AddHttp("POST, HTTP/2", new ClientShape(3, 3, 300, ShortJob) { Protocol = Protocol.Http2 });
        var events = new Series("server-sent events", timeline) { IsStream = true };
        Add(events, new StreamClients(events, clients: 4, routes).RunAsync);

        void AddHttp(string name, ClientShape shape)
        {
            var series = new Series(name, timeline) { HasGoAway = shape.Protocol == Protocol.Http2, Work = TimeSpan.FromSeconds(shape.JobSeconds) };
            Add(series, new HttpClients(series, shape, routes).RunAsync);
        }
    }

    private Workload(Timeline timeline, IReadOnlyList<IRoute> routes, bool isGraceful)
    {
        foreach (var (name, newConnections) in new[] { ("unary, kept connection", false), ("unary, new connection each", true) })
        {
            var series = new Series(name, timeline) { HasGoAway = true };
            Add(series, new GrpcClients(series, newConnections, isGraceful, routes).RunAsync);
        }
    }

    private Workload(MessageLoad messages) => _clients.Add(messages.RunAsync);

    public List<Series> Series { get; } = [];

    public static Workload Http(Timeline timeline, IReadOnlyList<IRoute> routes, double longJobSeconds) => new(timeline, routes, longJobSeconds);

    public static Workload Grpc(Timeline timeline, IReadOnlyList<IRoute> routes, bool isGraceful) => new(timeline, routes, isGraceful);

    public static Workload Messages(MessageLoad messages) => new(messages);

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(_clients.Select(run => Task.Run(() => run(stop), CancellationToken.None)));

    private void Add(Series series, Func<CancellationToken, Task> run)
    {
        Series.Add(series);
        _clients.Add(run);
    }
}
