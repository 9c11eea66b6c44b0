using Serilog;

namespace Graceful.Service_1.Crowd;

/// <summary>Serilog in both ways that its documentation has, into the file Lab__LogFile behind a queue.</summary>
internal static class Logs
{
    public static void Add(WebApplicationBuilder builder)
    {
        if (Parts.Has("serilog-host")) builder.Host.UseSerilog((_, configuration) => WriteToFile(configuration));
        if (Parts.Has("serilog-services")) builder.Services.AddSerilog(WriteToFile);
        if (Parts.Has("serilog-provider")) builder.Logging.AddSerilog(Logger(), dispose: true);
    }

    private static Serilog.Core.Logger Logger()
    {
        var configuration = new LoggerConfiguration();
        WriteToFile(configuration);
        return configuration.CreateLogger();
    }

    private static void WriteToFile(LoggerConfiguration configuration) =>
        configuration.WriteTo.Async(queue => queue.File(Environment.GetEnvironmentVariable("Lab__LogFile")!, buffered: true));
}
