using System.Diagnostics;

namespace GracefulTemplates.Tests.Services;

/// <summary>What services have written down about their jobs, each in a file of its own: see Lab/LabJournal.cs.</summary>
public sealed class Journal : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("graceful-journal-").FullName;

    /// <summary>All lines of all processes by their time; what is being written at the moment is not among them.</summary>
    public IReadOnlyList<JournalLine> Lines =>
    [
        .. Directory.GetFiles(Folder)
            .SelectMany(file => ReadAll(file).Split('\n')[..^1].Select(line => JournalLine.Parse(int.Parse(Path.GetFileName(file)), line)))
            .OrderBy(line => line.At),
    ];

    public IReadOnlyList<JournalLine> Of(string what, string name) => [.. Lines.Where(line => line.What == what && line.Name == name)];

    /// <summary>Waits until that many lines say this.</summary>
    public Task UntilAsync(string what, int count = 1) =>
        UntilAsync($"{count} x {what}", lines => lines.Count(line => line.What == what) >= count);

    public Task UntilAsync(string what, string name, int count = 1) =>
        UntilAsync($"{count} x {what} {name}", lines => lines.Count(line => line.What == what && line.Name == name) >= count);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public async Task UntilAsync(string wanted, Func<IReadOnlyList<JournalLine>, bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(Lines); await Task.Delay(50))
            Assert.True(clock.Elapsed < ServiceProcess.Patience, $"The journal never came to: {wanted}");
    }

    private static string ReadAll(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}

/// <summary>A job's <c>begin</c>, <c>end</c> or <c>fail</c>, the <c>signal</c> to its process, or the <c>disposed</c> client.</summary>
/// <param name="Process">Its id.</param>
/// <param name="At">On the clock that all processes of the machine share.</param>
public sealed record JournalLine(int Process, TimeSpan At, string What, string Name)
{
    public static JournalLine Parse(int process, string line)
    {
        var parts = line.Split(' ', 3);
        return new(process, Stopwatch.GetElapsedTime(0, long.Parse(parts[0])), parts[1], parts[2]);
    }

    public override string ToString() => $"{At.TotalSeconds:0.000} {Process} {What} {Name}";
}
