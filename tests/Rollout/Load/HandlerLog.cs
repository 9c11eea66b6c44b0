using System.Diagnostics;
using System.Globalization;

namespace Rollout.Load;

/// <summary>What the workers have written down, each in a file of its own: see Peers/JobRunner.cs.</summary>
internal static class HandlerLog
{
    public static IReadOnlyList<HandlerEntry> ReadAll(string folder) =>
        [.. from file in Directory.GetFiles(folder) from line in File.ReadAllLines(file) select Parse(Path.GetFileName(file), line)];

    private static HandlerEntry Parse(string process, string line)
    {
        var parts = line.Split(' ', 3);
        return new(process, Stopwatch.GetElapsedTime(0, long.Parse(parts[0], CultureInfo.InvariantCulture)), parts[1], parts[2]);
    }
}

/// <summary>The <c>begin</c> or <c>end</c> of a job, or the <c>signal</c> to the process.</summary>
internal sealed record HandlerEntry(string Process, TimeSpan At, string What, string Job);
