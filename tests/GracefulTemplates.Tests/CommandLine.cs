namespace GracefulTemplates.Tests;

/// <summary>Options as a user types them, in the words of template.json.</summary>
public static class CommandLine
{
    /// <summary>The parameters that <c>--grace-seconds 77 --no-docker</c> sets.</summary>
    public static IReadOnlyDictionary<string, string?> Parameters(string template, IReadOnlyList<string> options)
    {
        var parameters = new Dictionary<string, string?>();
        for (var i = 0; i < options.Count; i++)
        {
            var hasValue = i + 1 < options.Count && !options[i + 1].StartsWith("--", StringComparison.Ordinal);
            parameters[ParameterOf(template, options[i])] = hasValue ? options[++i] : "true";
        }
        return parameters;
    }

    /// <summary>The option of a parameter, without the dashes.</summary>
    public static string? OptionOf(string template, string parameter) =>
        Repository.Config(template, "dotnetcli.host.json")["symbolInfo"]![parameter]?["longName"]?.GetValue<string>();

    private static string ParameterOf(string template, string option) =>
        Repository.Config(template, "dotnetcli.host.json")["symbolInfo"]!.AsObject()
            .Where(symbol => "--" + symbol.Value!["longName"] == option)
            .Select(symbol => symbol.Key)
            .SingleOrDefault()
        ?? throw new ArgumentException($"{template} has no option {option}.");
}
