using System.Globalization;
using System.Runtime.InteropServices;
using CliWrap;
using CliWrap.Buffered;

namespace Benchmarks;

/// <summary>What a reader needs to judge a figure, or to get it again: machine, date, commit and command.</summary>
internal static class Header
{
    public static async Task<string> OfAsync(string benchmark, string[] args)
    {
        var commit = await CommitAsync();
        return string.Create(CultureInfo.InvariantCulture, $"""
            # {benchmark}

            - Machine: {Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; load average at the start {LoadAverage()}
            - Date: {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC
            - Commit: {commit}
            - Command: `dotnet run -c Release --project tests/Benchmarks -- {string.Join(' ', args)}`


            """);
    }

    private static string Processor() => ValueIn("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string LoadAverage() =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown";

    private static string? ValueIn(string file, string key) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key))?.Split(':', 2)[1].Trim() : null;

    private static async Task<string> CommitAsync()
    {
        var git = await Cli.Wrap("git").WithArguments(["describe", "--always", "--dirty"]).WithWorkingDirectory(Repository.Root)
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        return git.IsSuccess ? git.StandardOutput.Trim() : "none";
    }
}
