using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using GracefulTemplates.Tests.Services.Load;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

/// <summary>What <c>dotnet new grpc</c> of the SDK does in the scenario in which ours loses nothing.</summary>
[Trait("Category", "Slow")]
public sealed class GrpcPeerTests(ITestOutputHelper output)
{
    // Its greeter, by hand: the request has one string, the answer is not looked at.
    private static readonly Method<string, string> SayHello = new(MethodType.Unary, "greet.Greeter", "SayHello",
        Marshallers.Create(name => new Google.Protobuf.WellKnownTypes.StringValue { Value = name }.ToByteArray(), _ => ""),
        Marshallers.Create(_ => Array.Empty<byte>(), _ => ""));

    [Fact]
    public async Task The_stock_grpc_template_loses_calls_in_ten_restarts()
    {
        using var sandbox = Sandbox.For("peer-grpc");
        await sandbox.DotnetAsync(sandbox.Folder, "new", "grpc", "-n", "Stock", "-o", "Stock", "--no-restore");
        var project = Path.Combine(sandbox.Folder, "Stock", "Stock.csproj");
        // The library in the version of ours, so that it is the template that makes the difference.
        File.WriteAllText(project, File.ReadAllText(project).Replace("Version=\"2.64.0\"", "Version=\"2.85.0\""));
        File.WriteAllText(Path.Combine(sandbox.Folder, "Directory.Build.props"), "<Project />"); // Nothing of this repository's.
        var built = Path.Combine(sandbox.Folder, "built");
        await sandbox.DotnetAsync(Path.Combine(sandbox.Folder, "Stock"), "build", "-c", "Release", "-o", built, "-tl:off", "-nologo");
        var target = new LoadTarget();
        var load = new GrpcLoadSeries(target, CallAsync, channels: 4, perChannel: 3, connecting: 4);
        var took = Stopwatch.StartNew();

        var restarts = await Restarts.RunAsync(target, async () =>
        {
            var service = new ServiceProcess(Path.Combine(built, "Stock.dll"), new ServiceStart { Http2 = true }, output);
            await service.Log.UntilAsync("started", entry => entry.Line.Contains("Application started"));
            return service;
        }, ending => Assert.Equal(0, ending.ExitCode), restarts => restarts >= 10, load.RunAsync);

        output.WriteLine($"{restarts} restarts of the stock template in {took.Elapsed.TotalSeconds:0} s, {load}");
        Assert.True(load.Failed > 0, $"{load}");
        sandbox.Passed();
    }

    private static async Task CallAsync(CallInvoker invoker) => await invoker.AsyncUnaryCall(SayHello, host: null, default, "x");
}
