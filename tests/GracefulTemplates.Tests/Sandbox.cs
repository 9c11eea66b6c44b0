using System.Collections.Concurrent;
using System.Text;
using CliWrap;

namespace GracefulTemplates.Tests;

/// <summary>
/// A folder of its own below artifacts/sandbox, with its own template hive. It is deleted when the test has passed; when it has
/// not, it stays until the next run, with a file that holds the commands to reproduce it.
/// </summary>
public sealed class Sandbox : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> InUse = [];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string _scenario;
    private readonly string _host;
    private readonly string _script;
    private bool _passed;

    private Sandbox(string scenario, string host)
    {
        if (!InUse.TryAdd(scenario, true))
            throw new InvalidOperationException($"Two tests at once in the sandbox '{scenario}'.");
        (_scenario, _host) = (scenario, host);
        Folder = Path.Combine(Repository.Root, "artifacts", "sandbox", scenario);
        _script = Path.Combine(Folder, "reproduce.sh");
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
    }

    /// <summary>Everything of this scenario is below this folder.</summary>
    public string Folder { get; }

    /// <summary>Where <c>dotnet new</c> keeps what is installed for this scenario alone.</summary>
    public string Hive => Path.Combine(Folder, ".hive");

    /// <summary>What its <c>dotnet</c> commands find in their environment besides all else.</summary>
    public Dictionary<string, string?> Variables { get; } = [];

    /// <summary>An empty sandbox; one scenario belongs to one test.</summary>
    /// <param name="host">Who the template engine believes to serve: the command line, or an IDE.</param>
    public static Sandbox For(string scenario, string host = "dotnetcli") => new(scenario, host);

    /// <summary>What <c>dotnet new TEMPLATE -n NAME OPTIONS</c> writes, without the restore. Returns its folder.</summary>
    public string Generate(string template, string name, params string[] options) =>
        Generated(template, name, folder: name, options);

    /// <summary>The same without <c>-n</c>: the name is that of the folder.</summary>
    public string GenerateUnnamed(string template, string folder, params string[] options) =>
        Generated(template, name: null, folder, options);

    /// <summary>Why the template does not accept these options; null when it does.</summary>
    public string? Refusal(string template, string name, params string[] options) =>
        Instantiate(template, name, folder: name, options);

    /// <summary>Restores and builds a generated folder, with warnings as errors.</summary>
    public Task<string> BuildAsync(string folder) => DotnetAsync(folder, "build", "-warnaserror", "-tl:off", "-nologo");

    /// <summary>The same for a strict team: with documentation, and all rules that .NET recommends and does not switch on (1.3 s of the processor more).</summary>
    public Task<string> BuildStrictlyAsync(string folder) =>
        DotnetAsync(folder, "build", "-warnaserror", "-p:AnalysisLevel=latest-recommended", "-p:GenerateDocumentationFile=true", "-tl:off", "-nologo");

    /// <summary><c>dotnet new</c> with the hive of this sandbox.</summary>
    public Task<CommandOutcome> NewAsync(params string[] arguments) => NewInAsync(Folder, arguments);

    /// <summary>The same in another folder.</summary>
    public Task<CommandOutcome> NewInAsync(string folder, params string[] arguments) =>
        TryDotnetAsync(folder, ["new", .. arguments, "--debug:custom-hive", Hive]);

    /// <summary>Puts this repository's templates into the hive.</summary>
    public Task InstallAsync() => DotnetAsync(Folder, "new", "install", Repository.TemplatesFolder, "--debug:custom-hive", Hive);

    /// <summary>A <c>dotnet</c> command that has to succeed. Returns what it printed.</summary>
    public async Task<string> DotnetAsync(string folder, params string[] arguments)
    {
        var outcome = await TryDotnetAsync(folder, arguments);
        Assert.True(outcome.ExitCode == 0, Report($"dotnet {arguments[0]} ended with {outcome.ExitCode} and said:", outcome.Output));
        return outcome.Output;
    }

    /// <summary>A <c>dotnet</c> command that may fail.</summary>
    public async Task<CommandOutcome> TryDotnetAsync(string folder, params string[] arguments)
    {
        var variables = string.Concat(Variables.Where(variable => variable.Value is not null).Select(variable => $"{variable.Key}={Quoted(variable.Value!)} "));
        Record($"(cd {Quoted(folder)} && {variables}dotnet {string.Join(' ', arguments.Select(Quoted))})");
        // A second MSBuild costs as much processor time again to start, and several tests build at once. Microsoft.Testing.Platform knows no such option.
        if (arguments[0] is "build" or "publish" or "restore" or "pack" || (arguments[0] is "test" && !arguments.Contains("--no-build")))
            arguments = [.. arguments, "-m:1"];
        var output = new StringBuilder();
        var line = PipeTarget.ToDelegate(text => { lock (output) output.AppendLine(text); });
        using var timeout = new CancellationTokenSource(Patience);
        var result = await Cli.Wrap("dotnet")
            .WithArguments(arguments)
            .WithWorkingDirectory(folder)
            .WithEnvironmentVariables(environment => environment
                .Set(Variables)
                .Set("DOTNET_CLI_UI_LANGUAGE", "en")
                .Set("DOTNET_NOLOGO", "1")
                .Set("MSBUILDDISABLENODEREUSE", "1"))
            .WithStandardOutputPipe(line)
            .WithStandardErrorPipe(line)
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(timeout.Token);
        return new CommandOutcome(result.ExitCode, output.ToString());
    }

    /// <summary>A message for a failed assertion: what was seen, and how to see it again.</summary>
    public string Report(string what, params IEnumerable<string> seen) =>
        string.Join('\n',
            [what, .. seen.Select(text => "  " + text.ReplaceLineEndings("\n  ")), $"Left in {Folder}; again: sh {Quoted(_script)}"]);

    /// <summary>The last line of a test: nothing of the sandbox is needed any more.</summary>
    public void Passed() => _passed = true;

    public void Dispose()
    {
        if (_passed)
            Directory.Delete(Folder, recursive: true);
        InUse.TryRemove(_scenario, out _);
    }

    private string Generated(string template, string? name, string folder, string[] options)
    {
        if (Instantiate(template, name, folder, options) is { } refusal)
            Assert.Fail(Report($"dotnet new {template} failed:", refusal));
        return Path.Combine(Folder, folder);
    }

    private string? Instantiate(string template, string? name, string folder, string[] options)
    {
        folder = Path.Combine(Folder, folder);
        Record($"dotnet new install {Quoted(Repository.TemplatesFolder)} --force --debug:custom-hive {Quoted(Hive)}");
        Record($"dotnet new {template} {(name is null ? "" : $"-n {Quoted(name)} ")}-o {Quoted(folder)} "
            + $"{string.Join(' ', options.Select(Quoted))} --no-restore --debug:custom-hive {Quoted(Hive)}");
        return Engine.For(_host).Instantiate(template, name, folder, CommandLine.Parameters(template, options));
    }

    private void Record(string command) => File.AppendAllText(_script, command + "\n");

    private static string Quoted(string argument) => $"'{argument.Replace("'", @"'\''")}'";
}

/// <summary>How a command ended, and all it printed.</summary>
public sealed record CommandOutcome(int ExitCode, string Output);
