using System.Diagnostics.Metrics;

namespace Graceful.Service_1.Jobs;

/// <summary>Logs without a pause, to fill a pipe that nobody reads. It begins when the gate opens.</summary>
internal sealed partial class Chatty(ILogger<Chatty> logger) : LabService
{
    private static long _said;

    /// <summary>Stands still once the pipe and the queue of the console logger are full.</summary>
    public static long Said => Volatile.Read(ref _said);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(Talk) { IsBackground = true }.Start();
        return Task.CompletedTask;
    }

    private void Talk()
    {
        Gate.Wait("quiet");
        for (; ; Interlocked.Increment(ref _said)) Chat(_said);
    }

    [LoggerMessage(EventId = 902, Level = LogLevel.Information, Message = "And another thing, number {Number}")]
    private partial void Chat(long number);
}

/// <summary>A log that hangs on the last entry of all, the report.</summary>
internal sealed class BlockingLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == 100) Thread.Sleep(Timeout.Infinite);
    }

    public void Dispose() { }
}

/// <summary>Prints what the meter Graceful.Shutdown records.</summary>
internal static class LabMeter
{
    private static readonly MeterListener Listener = new();

    public static void Start()
    {
        Listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Graceful.Shutdown") listener.EnableMeasurementEvents(instrument);
        };
        Listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Gate.Say($"metric {instrument.Name} {value}"));
        Listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Gate.Say($"metric {instrument.Name} {value:0.0}"));
        Listener.Start();
    }

    public static void Observe() => Listener.RecordObservableInstruments();
}
