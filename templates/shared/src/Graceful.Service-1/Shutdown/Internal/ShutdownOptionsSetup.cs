using System.Globalization;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Shutdown;

/// <summary>Reads <see cref="ShutdownOptions"/> and refuses a budget that does not fit, in one message that shows the sum.</summary>
/// <remarks>Not by the configuration binder, which names neither the key nor the limits of a number that it cannot read.</remarks>
internal sealed class ShutdownOptionsSetup(IConfiguration configuration, IHostEnvironment environment)
    : IConfigureOptions<ShutdownOptions>, IValidateOptions<ShutdownOptions>
{
    private const double MinDrainSeconds = 1;
    private const double MinFlushSeconds = 1; // With less every stop ends in the middle of the flush, with exit code 2.
    private const double MaxSeconds = 24 * 60 * 60;

    private static readonly Dictionary<string, Action<ShutdownOptions, double>> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(ShutdownOptions.GraceSeconds)] = (options, seconds) => options.GraceSeconds = seconds,
        [nameof(ShutdownOptions.PreStopSeconds)] = (options, seconds) => options.PreStopSeconds = seconds,
        [nameof(ShutdownOptions.DelaySeconds)] = (options, seconds) => options.DelaySeconds = seconds,
        [nameof(ShutdownOptions.DrainSeconds)] = (options, seconds) => options.DrainSeconds = seconds,
        [nameof(ShutdownOptions.FlushSeconds)] = (options, seconds) => options.FlushSeconds = seconds,
    };

    private readonly IConfigurationSection _section = configuration.GetSection("Shutdown");

    public void Configure(ShutdownOptions options)
    {
        if (environment.IsDevelopment()) options.DelaySeconds = 0; // Nothing routes to it there, and who presses Ctrl+C waits.
        foreach (var (key, set) in Numbers)
            if (Seconds(_section[key]) is { } seconds) set(options, seconds);
        options.ReportPath = _section[nameof(ShutdownOptions.ReportPath)];
        options.SourceOfGrace = SourceOfGrace();
    }

    public ValidateOptionsResult Validate(string? name, ShutdownOptions options)
    {
        string[] problems = [.. Unreadable(), .. Unknown()];
        if (problems.Length == 0 && (TooShort(options) ?? TooLong(options)) is { } problem) problems = [problem];
        return problems.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Shutdown configuration: " + string.Join(" ", problems));
    }

    private string SourceOfGrace()
    {
        var key = ConfigurationPath.Combine(_section.Path, nameof(ShutdownOptions.GraceSeconds));
        var provider = (configuration as IConfigurationRoot)?.Providers.LastOrDefault(provider => provider.TryGet(key, out _));
        return provider switch
        {
            null => "its default",
            EnvironmentVariablesConfigurationProvider => "the environment",
            FileConfigurationProvider file => file.Source.Path ?? "a file",
            _ => provider.ToString()!,
        };
    }

    private static double? Seconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= MaxSeconds
            ? seconds
            : null;

    private IEnumerable<string> Unreadable() => Numbers.Keys
        .Where(key => _section[key] is { Length: > 0 } text && Seconds(text) is null)
        .Select(key => $"Shutdown:{key} is '{_section[key]}', but must be a number of seconds from 0 to {MaxSeconds}.");

    private IEnumerable<string> Unknown()
    {
        string[] keys = [.. Numbers.Keys, nameof(ShutdownOptions.ReportPath)];
        foreach (var key in _section.GetChildren().Select(child => child.Key).Except(keys, StringComparer.OrdinalIgnoreCase))
            yield return $"Shutdown:{key} is not a setting; there are {string.Join(", ", keys)}.";
        if (configuration["shutdownTimeoutSeconds"] is not null)
            yield return "shutdownTimeoutSeconds is derived here; set Shutdown:GraceSeconds instead.";
    }

    private static string? TooShort(ShutdownOptions options)
    {
        if (options.FlushSeconds >= MinFlushSeconds) return null;
        FormattableString problem = $"Shutdown:FlushSeconds is {options.FlushSeconds}, but must be at least {MinFlushSeconds}";
        return FormattableString.Invariant(problem) + ": it is the time to close clients, flush telemetry and write the report.";
    }

    private static string? TooLong(ShutdownOptions options)
    {
        var (left, drain) = (options.LeftToDrainSeconds, options.DrainSeconds);
        if (drain >= MinDrainSeconds && drain <= left) return null;
        FormattableString sum = $"GraceSeconds {options.GraceSeconds} - PreStopSeconds {options.PreStopSeconds} - DelaySeconds {options.DelaySeconds}";
        FormattableString rest = $" - FlushSeconds {options.FlushSeconds} - spare {ShutdownOptions.SpareSeconds} leaves {left} s to drain; ";
        FormattableString grace = $"at least {MinDrainSeconds} is needed. Raise GraceSeconds to {options.GraceSeconds - left + MinDrainSeconds} or more, ";
        FormattableString given = $"DrainSeconds {drain} must be from {MinDrainSeconds} to that. Leave it out to use all that is left.";
        return Text(sum) + Text(rest) +
            (left < MinDrainSeconds ? Text(grace) + "together with the orchestrator's grace period, or lower the others." : Text(given));

        static string Text(FormattableString text) => FormattableString.Invariant(text);
    }
}
