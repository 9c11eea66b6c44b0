using System.Collections.Concurrent;
using System.Collections.Immutable;
using Graceful.Service_1.Grpc.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using GracefulTemplates.Tests.Services.Load;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;
using JobsClient = Graceful.Service_1.Grpc.V1.Jobs.JobsClient;

namespace GracefulTemplates.Tests.Services;

/// <summary>Clients that choose a pod themselves, as docs/clients.md says: by DNS, with round_robin, here without a retry policy.</summary>
[Trait("Category", "Slow")]
public sealed class GrpcDnsTests(GrpcFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<GrpcFixture>
{
    private const int Replicas = 3;

    // A second apart, over the 15 that an answer is kept.
    private const int Clients = 15;

    // The manifest's.
    private static readonly TimeSpan PreStop = TimeSpan.FromSeconds(5);

    /// <summary>From the deletion of a pod until DNS has forgotten it.</summary>
    private static readonly TimeSpan DnsLag = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<(DateTime At, Status Status)> _failed = [];
    private ImmutableList<ServiceProcess> _inDns = [];
    private int _calls;

    [Fact]
    public async Task Three_replicas_are_rolled_and_no_call_fails_though_clients_learn_of_it_15_s_late()
    {
        await RollAsync(minReady: TimeSpan.FromSeconds(1), rollouts: 1);

        Assert.Empty(_failed);
        Assert.True(_calls > 1_000, $"{_calls} calls");
    }

    [LongFact]
    public async Task The_same_as_slowly_as_in_a_cluster_and_over_and_over()
    {
        await RollAsync(minReady: TimeSpan.FromSeconds(10), rollouts: 3);

        Assert.Empty(_failed);
    }

    [LongFact]
    public async Task A_delay_of_5_s_is_too_short_for_them()
    {
        await RollAsync(minReady: TimeSpan.FromSeconds(1), rollouts: 1, ("Shutdown:DelaySeconds", "5"));

        Assert.Contains(_failed, failure => failure.Status.StatusCode == StatusCode.Unavailable);
    }

    private async Task RollAsync(TimeSpan minReady, int rollouts, params (string, string)[] settings)
    {
        var start = new ServiceStart { Http2 = true, Settings = [("Shutdown:PreStopSeconds", "5"), .. settings] };
        var replicas = await Task.WhenAll(Enumerable.Range(0, Replicas).Select(_ => StartReadyAsync(start)));
        _inDns = [.. replicas];
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(client => CallAsync(TimeSpan.FromSeconds(1 + client), stop.Token)).ToList();
        await Task.Delay(LateResolver.Period); // From now on at each moment one of them has just asked.
        var begun = DateTime.UtcNow;

        List<Task> deletions = [];
        for (var rollout = 0; rollout < rollouts; rollout++)
            for (var replica = 0; replica < Replicas; replica++)
            {
                var old = replicas[replica];
                var pod = replicas[replica] = await StartReadyAsync(start);
                ImmutableInterlocked.Update(ref _inDns, pods => pods.Add(pod));
                await Task.Delay(minReady);
                deletions.Add(DeleteAsync(old));
            }
        await Task.WhenAll(deletions);
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        foreach (var pod in replicas)
            await pod.DisposeAsync();
        Output.WriteLine($"{_failed.Count} of {_calls} calls failed in {rollouts} rollout(s), {(DateTime.UtcNow - begun).TotalSeconds:0} s");
        foreach (var (at, status) in _failed)
            Output.WriteLine($"{(at - begun).TotalSeconds:0.0} s: {status}");
    }

    private async Task DeleteAsync(ServiceProcess pod)
    {
        await using var deleted = pod;
        await Task.WhenAll(ForgetAsync(), Task.Delay(PreStop));
        pod.Send(Signal.Terminate);
        (await pod.EndAsync()).Is(0, "drained");

        async Task ForgetAsync()
        {
            await Task.Delay(DnsLag);
            ImmutableInterlocked.Update(ref _inDns, pods => pods.Remove(pod));
        }
    }

    private async Task CallAsync(TimeSpan firstAgain, CancellationToken stop)
    {
        using var channel = GrpcChannel.ForAddress("late:///jobs", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } },
            ServiceProvider = new ServiceCollection()
                .AddSingleton<ResolverFactory>(new LateResolverFactory(() => _inDns.Select(pod => new BalancerAddress("127.0.0.1", pod.Http2Port)), firstAgain))
                .BuildServiceProvider(),
        });
        var jobs = new JobsClient(channel);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await UnsentCall.OnceMoreAsync(async () => await jobs.RunAsync(new RunRequest { Name = "load", Seconds = 0.05 },
                    deadline: DateTime.UtcNow + ServiceProcess.Patience, cancellationToken: CancellationToken.None));
            }
            catch (RpcException e)
            {
                _failed.Enqueue((DateTime.UtcNow, e.Status));
            }
            Interlocked.Increment(ref _calls);
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
