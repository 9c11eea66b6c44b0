using System.Diagnostics;

namespace PulsarBroker.Control;

/// <summary>A broker in a process of its own. It ends with this object, and with the process that started it.</summary>
public sealed class BrokerProcess : ITestBroker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private BrokerProcess(Process process, Uri serviceUrl, Uri controlUrl) =>
        (Process, ServiceUrl, Control) = (process, serviceUrl, new BrokerControl(controlUrl));

    public Process Process { get; }

    /// <summary>Of the binary protocol.</summary>
    public Uri ServiceUrl { get; }

    public BrokerControl Control { get; }

    /// <summary>Starts the broker that lies beside the calling program, and waits until it listens.</summary>
    public static async Task<BrokerProcess> StartAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in args.Prepend("--stop-at-end-of-input").Prepend(Path.Combine(AppContext.BaseDirectory, "PulsarBroker.dll")))
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (line?.Split(' ') is not ["PulsarBroker", var serviceUrl, var controlUrl])
        {
            process.Kill();
            throw new InvalidOperationException($"The broker said '{line}' instead of where it listens.");
        }
        return new(process, new Uri(serviceUrl), new Uri(controlUrl));
    }

    public Task PublishAsync(PublishRequest request) => Control.PublishAsync(request);

    public Task PartitionAsync(string topic, int count) => Control.PartitionAsync(topic, count);

    public Task<TopicStatistics> StatisticsAsync(string topic) => Control.StatisticsAsync(topic);

    public Task<IReadOnlyList<StoredMessage>> MessagesAsync(string topic) => Control.MessagesAsync(topic);

    public Task UnloadAsync(string topic) => Control.UnloadAsync(topic);

    public Task ReplayAsync(string topic, string subscription) => Control.ReplayAsync(topic, subscription);

    public async Task RestartAsync()
    {
        await Control.SetFaultsAsync(new() { RefuseConnections = true });
        await Control.DropConnectionsAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await Control.SetFaultsAsync(new());
    }

    public async ValueTask DisposeAsync()
    {
        Control.Dispose();
        Process.StandardInput.Close();
        try
        {
            await Process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Process.Kill();
        }
        Process.Dispose();
    }
}
