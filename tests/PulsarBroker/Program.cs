using PulsarBroker;
using PulsarBroker.Http;

BrokerOptions options;
try
{
    options = BrokerOptions.Parse(args);
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

using var broker = new Broker(options);
broker.Start();
await using var control = ControlServer.Create(broker, options.ControlPort);
await control.StartAsync();

// The one line a test waits for.
Console.WriteLine($"PulsarBroker {broker.ServiceUrl} {control.Urls.Single()}");

if (options.StopAtEndOfInput)
    _ = Task.Run(() => { while (Console.In.Read() >= 0) { } }).ContinueWith(_ => control.Lifetime.StopApplication(), TaskScheduler.Default);
await control.WaitForShutdownAsync();
return 0;
