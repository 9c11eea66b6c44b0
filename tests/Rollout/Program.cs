using Benchmarks;
using Rollout;
using Rollout.Output;
using Rollout.Targets;
using Spectre.Console;

Settings settings;
try
{
    if (args is ["--help" or "-h"])
    {
        Console.WriteLine(Settings.Usage);
        return 0;
    }
    settings = Settings.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{e.Message} See --help.");
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true; // The pods have to be ended first.
    interrupted.Cancel();
};

var console = AnsiConsole.Console;
if (Console.IsOutputRedirected) console.Profile.Width = 240; // Nobody looks at it who could be asked for a width.
var progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
var runs = await Workspace.UseAsync(async workspace =>
{
    var builds = new TargetBuilds(workspace);
    List<ScenarioRun> runs = [];
    foreach (var each in settings.Runs)
    {
        runs.Add(await ScenarioRun.RunAsync(each, builds, progress, interrupted.Token));
        if (!settings.Json) ResultTable.Write(console, runs[^1]);
    }
    return runs;
});

if (settings.Json) Console.WriteLine(ResultJson.Of(runs));
if (settings.SvgPath is { } path) await File.WriteAllTextAsync(path, new Picture(runs[0].Results, runs[0].Settings).ToSvg());

// A control alone says what it is asked for; among others it has to fail.
var alone = runs.Count == 1;
return runs.All(run => (run.Broken.Count == 0) == (alone || !run.Settings.Scenario.IsControl)) ? 0 : 1;
