using System.Text;
using System.Text.RegularExpressions;
using CliWrap;
using GracefulTemplates.Tests.Pack;

namespace GracefulTemplates.Tests.Words;

/// <summary>Every command of every README is run as it is written: here, or by the test that this class names.</summary>
public sealed partial class CommandTests
{
    /// <summary>Where commands are run. A new one has to be added, and so has to be run somewhere.</summary>
    private static readonly (string Command, string RunBy)[] Known =
    [
        (@"dotnet new install \./templates", "Words/CommandTests.cs"),
        (@"dotnet new graceful-webapi -n Shop -o \.\./Shop", "Words/CommandTests.cs"),
        (@"dotnet run --project \.\./Shop/src/Shop", "Words/CommandTests.cs"),
        ("""dotnet run --project "src/Shop"( -- --Shutdown:DelaySeconds=\d+)?""", "Words/CommandTests.cs"),
        ("curl .+", "Words/CommandTests.cs"),
        ("grpcurl .+", "Words/CommandTests.cs"),
        ("docker compose up --build", "Containers/ComposeTests.cs"),
        (@"docker build -t \S+ \.", "Containers/ServiceImages.cs"),
        (@"docker push \S+", "Words/CommandTests.cs"), // That the image is the one of the manifests.
        ("kubectl apply -k k8s", "Kubernetes/RenderingTests.cs"),
        ("(until )?docker (run|exec) .*pulsar.*", "Words/CommandTests.cs"),
        ("(cp|cd|git|rm) .+", "Item/UpgradeTests.cs"),
        (@"dotnet new (install GracefulTemplates@\S+ --force|@\S+ --no-restore --no-update-check -o \.|@\S+ --force)", "Item/UpgradeTests.cs"),
        ("dotnet (new install GracefulTemplates|new graceful-shutdown|restore)", "Item/StockTests.cs"),
        ("dotnet test", "Pack/PackageTests.cs"), // It is what has started this.
        ("dotnet run -c Release --project tests/Benchmarks -- all", "Words/CommandTests.cs"),
        ("dotnet run --project tests/Rollout", "Words/CommandTests.cs"),
    ];

    [Fact]
    public void Every_command_is_run_by_a_test()
    {
        using var sandbox = Sandbox.For("commands");
        var documents = DocumentTests.Pages.Select(page => Path.Combine(Repository.Root, page)).ToList();
        foreach (var template in Repository.Templates)
        {
            foreach (var language in (string[])["en", "zh-Hans"])
            {
                var folder = sandbox.Generate(template, "Shop", "--readme-language", language);
                Directory.Move(folder, $"{folder}.{template}.{language}");
                documents.AddRange(Directory.GetFiles($"{folder}.{template}.{language}", "*.md", SearchOption.AllDirectories));
            }
        }

        var unknown = from document in documents
                      from command in Document.Read(document).Commands
                      where !Known.Any(known => Regex.IsMatch(command, $"^{known.Command}( &)?$"))
                      select $"{document}: {command}";
        Assert.Empty(unknown);
        Assert.All(Known, known => Assert.True(File.Exists(Path.Combine(Repository.Root, "tests", "GracefulTemplates.Tests", known.RunBy)), known.RunBy));
        sandbox.Passed();
    }

    [NetworkFact]
    [Trait("Category", "Slow")]
    public async Task The_first_four_lines_of_the_README_end_as_it_says()
    {
        using var sandbox = Sandbox.For("quick-start");
        Provide(sandbox);
        var section = Document.Read(Path.Combine(Repository.Root, "README.md")).Sections.Single(section => section.Title == "Quick start");
        var lines = section.Blocks.Single(block => block.Language == "sh").Lines;
        var report = section.Blocks.Single(block => block.Language.Length == 0).Lines.Single();
        var clone = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "clone")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(clone, "templates"), Repository.TemplatesFolder);

        await RunAsync(sandbox, clone, string.Join('\n', lines[..^1]));
        await RunAsync(sandbox, clone, $"dotnet build -nologo -tl:off {lines[^1]["dotnet run --project ".Length..]}");
        var (_, log) = await ServeAsync(sandbox, clone, lines[^1], "");

        Assert.Matches(string.Join(@"[\d.]+", Number().Split(report).Select(Regex.Escape)), LastLine(log)); // A stop of 0.04 s takes "0 s".
        sandbox.Passed();
    }

    // The Chinese one has the same commands: LanguagePairTests.
    [NetworkFact]
    [Trait("Category", "Slow")]
    public async Task README_of_a_web_API_is_followed_to_the_letter()
    {
        using var sandbox = Sandbox.For("followed");
        var (folder, blocks) = await BuildAsync(sandbox, "graceful-webapi");

        var (answers, log) = await ServeAsync(sandbox, folder, blocks[0][0], blocks[1][0]);
        Assert.Equal("""{"name":"x","seconds":0.2}""", answers.Trim());
        Assert.Contains("Shutdown drained, exit code 0, on SIGINT", LastLine(log));

        // The request, Ctrl+C, and /ready while it is stopping.
        (answers, log) = await ServeAsync(sandbox, folder, blocks[2][0], blocks[3][0], blocks[3][1]);
        Assert.Contains("HTTP/1.1 503", answers);
        Assert.Contains("""{"name":"long","seconds":8}""", answers);
        Assert.Contains("1 completed, 0 aborted", LastLine(log)); // Whether it came before the signal or in the delay.
        sandbox.Passed();
    }

    [GrpcurlFact]
    [Trait("Category", "Slow")]
    public async Task README_of_a_gRPC_service_is_followed_to_the_letter()
    {
        using var sandbox = Sandbox.For("followed-grpc");
        var (folder, blocks) = await BuildAsync(sandbox, "graceful-grpc");

        var (answers, log) = await ServeAsync(sandbox, folder, blocks[0][0], blocks[1][0]);
        Assert.Equal("""{"name":"x","seconds":0.2}""", Blank().Replace(answers, ""));
        Assert.Contains("Shutdown drained, exit code 0, on SIGINT", LastLine(log));

        // The call, the stream, Ctrl+C, and the health while it is stopping.
        (answers, log) = await ServeAsync(sandbox, folder, blocks[2][0], $"{blocks[3][0]}\n{blocks[3][1]}\nsleep 2", blocks[3][2]);
        Assert.Contains("NOT_SERVING", answers);
        Assert.Contains("""{"name":"long","seconds":8}""", Blank().Replace(answers, ""));
        Assert.Contains("Shutdown drained, exit code 0, on SIGINT", LastLine(log));
        sandbox.Passed();
    }

    // grpcurl is not everywhere; what it is asked for must be in the contract all the same.
    [Theory]
    [InlineData("graceful-grpc")]
    [InlineData("graceful-service")]
    public void Calls_of_the_README_are_those_of_the_proto(string template)
    {
        using var sandbox = Sandbox.For($"grpcurl/{template}");
        var folder = sandbox.Generate(template, "Shop");
        var proto = File.ReadAllText(Path.Combine(folder, "src/Shop/Protos/jobs.proto"));
        var calls = Document.Read(Path.Combine(folder, "README.md")).Commands.Where(command => command.StartsWith("grpcurl", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(calls);
        foreach (var call in calls.Where(call => !call.Contains("grpc.health.v1.Health/Check")))
        {
            var method = Call().Match(call);
            Assert.True(method.Success, call);
            Assert.Contains($"service {method.Groups["service"].Value} ", proto);
            Assert.Contains($"rpc {method.Groups["method"].Value}(", proto.Replace(" (", "("));
        }
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void Image_that_is_built_and_pushed_is_the_one_of_the_manifests(string template)
    {
        using var sandbox = Sandbox.For($"push/{template}");
        var folder = sandbox.Generate(template, "Shop", "--image-registry", "ghcr.io/acme");
        var commands = Document.Read(Path.Combine(folder, "README.md")).Commands.ToList();

        Assert.Contains("docker build -t ghcr.io/acme/shop:1.0.0 .", commands);
        Assert.Contains("docker push ghcr.io/acme/shop:1.0.0", commands);
        Assert.Contains("image: \"ghcr.io/acme/shop:1.0.0\"", File.ReadAllText(Path.Combine(folder, "k8s", "deployment.yaml")));
        sandbox.Passed();
    }

    // It is a pull of 1 GB and minutes; what is asked of it is what the workflow and the tests ask of theirs.
    [Fact]
    public void Broker_of_the_READMEs_is_the_one_of_compose()
    {
        using var sandbox = Sandbox.For("broker");
        var folder = sandbox.Generate("graceful-pulsar-worker", "Shop");
        var image = Regex.Match(File.ReadAllText(Path.Combine(folder, "compose.yaml")), @"apachepulsar/pulsar:[\d.]+").Value;

        Assert.NotEmpty(image);
        Assert.Contains(Document.Read(Path.Combine(folder, "README.md")).Commands, command => command.StartsWith("docker run", StringComparison.Ordinal) && command.Contains(image));
        sandbox.Passed();
    }

    // They take minutes and their figures are in the READMEs; here they only have to understand what they are told.
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("tests/Rollout")]
    [InlineData("tests/Benchmarks")]
    public async Task Tools_say_what_they_understand(string tool)
    {
        using var sandbox = Sandbox.For($"tools/{Path.GetFileName(tool)}");
        var help = (await sandbox.TryDotnetAsync(Repository.Root, "run", "--project", tool, "--", "--help")).Output;

        foreach (Match option in Option().Matches(File.ReadAllText(Path.Combine(Repository.Root, tool, "README.md")).Split("## Results")[0]))
            Assert.Contains(option.Groups["option"].Value, help);
        sandbox.Passed();
    }

    /// <summary>A service that has been generated and built, and the lines of each block of commands in its README.</summary>
    private static async Task<(string Folder, IReadOnlyList<IReadOnlyList<string>> Blocks)> BuildAsync(Sandbox sandbox, string template)
    {
        Provide(sandbox);
        var folder = sandbox.Generate(template, "Shop", "--no-tests");
        await sandbox.DotnetAsync(folder, "build", "src/Shop", "-nologo", "-tl:off");
        return (folder,
        [
            .. from section in Document.Read(Path.Combine(folder, "README.md")).Sections
               from block in section.Blocks
               where block.Language == "sh"
               select block.Lines,
        ]);
    }

    /// <summary>
    /// Starts a service by a command, in a network of its own, where nobody else has the ports of the README; waits until it answers, runs what comes before Ctrl+C,
    /// and what comes behind. Returns what all of that printed, and its log.
    /// </summary>
    private static async Task<(string Answers, string Log)> ServeAsync(Sandbox sandbox, string folder, string command, string before, string after = "")
    {
        var script = Path.Combine(folder, "serve.sh");
        File.WriteAllText(script, $"""
            set -em
            ip link set lo up
            {command} > run.log 2>&1 &
            service=$!
            trap 'kill -KILL -- -$service 2>/dev/null' EXIT
            timeout 120 bash -c 'until curl -fs -o ready.log http://localhost:8080/ready; do sleep 0.2; done'
            {before}
            kill -INT -- -$service
            sleep 1
            {after}
            wait
            trap - EXIT
            """.ReplaceLineEndings("\n") + "\n");
        var answers = await RunAsync(sandbox, folder, "unshare --net timeout 240 bash serve.sh 2>serve.err || { cat serve.err run.log; exit 1; }");
        return (answers, File.ReadAllText(Path.Combine(folder, "run.log")));
    }

    private static string LastLine(string log) => log.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];

    /// <summary>A home of its own: the commands say nothing of a hive.</summary>
    private static void Provide(Sandbox sandbox)
    {
        sandbox.Variables["DOTNET_CLI_HOME"] = Directory.CreateDirectory(Path.Combine(sandbox.Folder, "home")).FullName;
        sandbox.Variables["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
    }

    private static async Task<string> RunAsync(Sandbox sandbox, string folder, string script)
    {
        var output = new StringBuilder();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var result = await Cli.Wrap("bash").WithArguments(["-ec", script]).WithWorkingDirectory(folder)
            .WithEnvironmentVariables(environment => environment.Set(sandbox.Variables).Set("DOTNET_CLI_UI_LANGUAGE", "en").Set("DOTNET_NOLOGO", "1").Set("MSBUILDDISABLENODEREUSE", "1"))
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output)).WithStandardErrorPipe(PipeTarget.ToStringBuilder(output))
            .WithValidation(CommandResultValidation.None).ExecuteAsync(patience.Token);
        Assert.True(result.ExitCode == 0, sandbox.Report($"{script}\nended with {result.ExitCode} and said:", output.ToString()));
        return output.ToString();
    }

    [GeneratedRegex(@"\s")]
    private static partial Regex Blank();

    [GeneratedRegex(@"\d[\d.]*")]
    private static partial Regex Number();

    [GeneratedRegex(@"localhost:8081 jobs\.v1\.(?<service>\w+)/(?<method>\w+)")]
    private static partial Regex Call();

    [GeneratedRegex(@"`(?<option>--[a-z]+)")]
    private static partial Regex Option();

    /// <summary>Why there can be no network namespace here; null when there can.</summary>
    internal static string? NoNetwork { get; } = File.Exists("/usr/bin/unshare") && CanUnshare() ? null : "No network namespace can be made here (unshare, ip).";

    private static bool CanUnshare()
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("unshare", ["--net", "sh", "-c", "ip link set lo up"]) { RedirectStandardError = true });
        process!.WaitForExit();
        return process.ExitCode == 0;
    }
}

/// <summary>A test that needs the fixed ports of a README for itself.</summary>
internal sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute() => Skip = CommandTests.NoNetwork;
}

/// <summary>The same with grpcurl, which .github/workflows/ci.yml installs.</summary>
internal sealed class GrpcurlFactAttribute : FactAttribute
{
    public GrpcurlFactAttribute() => Skip = CommandTests.NoNetwork
        ?? (Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "grpcurl"))) ? null : "grpcurl is not installed.");
}
