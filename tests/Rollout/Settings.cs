using System.Globalization;
using PulsarBroker.Control;
using Rollout.Load;

namespace Rollout;

/// <summary>The command line.</summary>
internal sealed record Settings
{
    private static readonly string[] PlainTargets = ["stock", "prestop", "recipe", "graceful"];

    public static string Usage { get; } = $"""
        dotnet run --project tests/Rollout -- [options]
          --target T      {string.Join(", ", PlainTargets)}, both (stock and graceful) or all; default stock, recipe and graceful,
                          as far as the scenario has them
          --scenario S[,S...]  {string.Join(", ", Scenario.All.Select(scenario => scenario.Name))};
                          all: one after the other, the controls too, which then have to fail
          --replicas N    default: the manifest's
          --lag S[,S...]  how far each kube-proxy is behind the endpoints, in seconds; default 0.2,1,2
          --seconds S     go on replacing pods for so long; default: each pod once
          --prestop S  --delay S  --grace S  --min-ready S   instead of the manifest's numbers
          --broker B      of the messages: test (default, tests/PulsarBroker) or apache (Apache Pulsar itself)
          --json          prints the result as JSON
          --svg FILE      writes the picture
        """;

    public IReadOnlyList<string> Targets { get; private init; } = ["stock", "recipe", "graceful"];
    public Scenario Scenario { get; private init; } = Scenario.All[0];

    /// <summary>The same for each of the scenarios that are asked for.</summary>
    public IReadOnlyList<Settings> Runs { get; private init; } = [];
    public int? Replicas { get; private init; }
    public IReadOnlyList<double> Lags { get; private init; } = [0.2, 1, 2];
    public double Seconds { get; private init; }
    public double? PreStopSeconds { get; private init; }
    public double? DelaySeconds { get; private init; }
    public double? GraceSeconds { get; private init; }
    public double? MinReadySeconds { get; private init; }
    public BrokerKind Broker { get; private init; }
    public bool Json { get; private init; }
    public string? SvgPath { get; private init; }

    /// <exception cref="FormatException">The message says what is wrong.</exception>
    public static Settings Parse(params string[] args)
    {
        var settings = new Settings();
        string? target = null;
        var scenarios = Scenario.All.Take(1).ToList();
        IReadOnlyList<double>? lags = null;
        for (var index = 0; index < args.Length; index++)
        {
            var option = args[index];
            if (option == "--json")
            {
                settings = settings with { Json = true };
                continue;
            }
            Func<string, Settings>? set = option switch
            {
                "--target" => value => { target = value; return settings; },
                "--scenario" => value => { scenarios = value == "all" ? [.. Scenario.All] : [.. value.Split(',').Select(ScenarioOf)]; return settings; },
                "--replicas" => value => settings with { Replicas = (int)Number(option, value, 1, 20, whole: true) },
                "--lag" => value => { lags = [.. value.Split(',').Select(lag => Number(option, lag, 0, 60))]; return settings; },
                "--seconds" => value => settings with { Seconds = Number(option, value, 0, 24 * 3600) },
                "--prestop" => value => settings with { PreStopSeconds = Number(option, value, 0, 600) },
                "--delay" => value => settings with { DelaySeconds = Number(option, value, 0, 600) },
                "--grace" => value => settings with { GraceSeconds = Number(option, value, 1, 3600) },
                "--min-ready" => value => settings with { MinReadySeconds = Number(option, value, 0, 600) },
                "--broker" => value => settings with { Broker = BrokerOf(value) },
                "--svg" => value => settings with { SvgPath = value },
                _ => null,
            };
            if (set is null) throw new FormatException($"'{option}' is not an option.");
            if (++index == args.Length) throw new FormatException($"{option} needs a value.");
            settings = set(args[index]);
        }
        var budget = (settings.PreStopSeconds ?? 5) + (settings.DelaySeconds ?? 5) + 9; // Flush 3, spare 5 and 1 to drain; a service with less does not start.
        if (settings.GraceSeconds < budget) throw new FormatException(FormattableString.Invariant($"--grace must be at least {budget}: preStop + delay + 9."));
        if (settings.Replicas == 1 && scenarios.Find(scenario => scenario.Disruption != Disruption.Rollout) is { } lonely)
            throw new FormatException($"{lonely.Name} needs --replicas 2 or more: a pod is replaced only when it has ended.");
        if (settings.SvgPath is not null && scenarios[0].Transport == Transport.Messages)
            throw new FormatException($"--svg draws requests, and {scenarios[0].Name} has none.");
        if (settings.Broker != BrokerKind.Test && !scenarios.Exists(scenario => scenario.Transport == Transport.Messages))
            throw new FormatException($"--broker is for messages, and {scenarios[0].Name} has none.");
        if (settings.SvgPath is { } svg && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(svg))))
            throw new FormatException($"--svg '{svg}' is in a folder that is not there.");
        var runs = scenarios.Select(scenario => settings with
        {
            Scenario = scenario, Targets = TargetsOf(target, scenario), Lags = lags ?? scenario.Lags ?? settings.Lags,
        }).ToList();
        return runs[0] with { Runs = runs };
    }

    private static Scenario ScenarioOf(string name) => Scenario.All.FirstOrDefault(scenario => scenario.Name == name)
        ?? throw new FormatException($"--scenario '{name}' is not one of {string.Join(", ", Scenario.All.Select(scenario => scenario.Name))}, all.");

    private static BrokerKind BrokerOf(string name) => name switch
    {
        "test" => BrokerKind.Test,
        "apache" when MessageLoad.MissingApache is { } missing => throw new FormatException(missing),
        "apache" => BrokerKind.Apache,
        _ => throw new FormatException($"--broker '{name}' is not one of test, apache."),
    };

    private static IReadOnlyList<string> TargetsOf(string? target, Scenario scenario)
    {
        string[] all = scenario.Transport switch
        {
            Transport.Grpc => ["stock", "prestop", "graceful"],
            Transport.Messages => ["stock", "graceful"], // Nothing routes to a worker, so there is nothing to delay.
            _ => PlainTargets,
        };
        IReadOnlyList<string> targets = target switch
        {
            null => scenario.IsControl ? ["graceful"] : [.. all.Where(name => name != "prestop")],
            "both" => ["stock", "graceful"],
            "all" => all,
            _ when PlainTargets.Contains(target) => [target],
            _ => throw new FormatException($"--target '{target}' is not one of {string.Join(", ", PlainTargets)}, both, all."),
        };
        if (scenario.IsControl && !targets.Contains("graceful"))
            throw new FormatException($"{scenario.Name} breaks the graceful service, so --target cannot be {target}.");
        if (targets.Except(all).FirstOrDefault() is { } missing) throw new FormatException($"{scenario.Name} has no --target {missing}.");
        return targets;
    }

    private static double Number(string option, string text, double least, double most, bool whole = false) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most && (!whole || value % 1 == 0)
            ? value
            : throw new FormatException($"{option} '{text}' must be a {(whole ? "whole " : "")}number from {least} to {most}.");
}
