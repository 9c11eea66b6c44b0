using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>
/// Compares each value with the type the API has for it. The client converts silently where the API server refuses: a number for an
/// environment variable, a text for a grace period.
/// </summary>
public static partial class ValueTypes
{
    public static IEnumerable<string> Problems(Manifest manifest) => manifest.Type is { } type ? Of(manifest.Root, type, "") : [];

    private static IEnumerable<string> Of(YamlNode node, Type type, string path) => (node, Nullable.GetUnderlyingType(type) ?? type) switch
    {
        (YamlMappingNode mapping, { IsGenericType: true } map) when map.GetGenericTypeDefinition() == typeof(IDictionary<,>) =>
            mapping.SelectMany(entry => Of(entry.Value, map.GenericTypeArguments[1], $"{path}.{entry.Key}")),
        (YamlSequenceNode sequence, { IsGenericType: true } list) when list.GetGenericTypeDefinition() == typeof(IList<>) =>
            sequence.SelectMany((item, index) => Of(item, list.GenericTypeArguments[0], $"{path}[{index}]")),
        (YamlMappingNode mapping, { Namespace: "k8s.Models" } model) =>
            from entry in mapping
            let property = model.GetProperties()
                .FirstOrDefault(known => known.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name == entry.Key.ToString())
            where property is not null // An unknown field is for the strict reader to find.
            from problem in Of(entry.Value, property.PropertyType, $"{path}.{entry.Key}")
            select problem,
        (YamlScalarNode, var either) when either == typeof(ResourceQuantity) || either == typeof(IntOrString) => [],
        (YamlScalarNode { Style: ScalarStyle.Plain } scalar, var text) when text == typeof(string) && IsNoText().IsMatch(scalar.Value!) =>
            [$"{path}: {scalar.Value} must be quoted to be a text"],
        (YamlScalarNode, var text) when text == typeof(string) => [],
        (YamlScalarNode { Style: ScalarStyle.Plain } scalar, var number) when number == typeof(int) || number == typeof(long) =>
            long.TryParse(scalar.Value, out _) ? [] : [$"{path}: {scalar.Value} must be a number"],
        (YamlScalarNode { Style: ScalarStyle.Plain } scalar, var boolean) when boolean == typeof(bool) =>
            scalar.Value is "true" or "false" ? [] : [$"{path}: {scalar.Value} must be true or false"],
        var (_, expected) => [$"{path}: must be of type {expected.Name}"],
    };

    // What YAML 1.1, which Kubernetes reads, takes for a truth value, for nothing or for a number.
    [GeneratedRegex(@"^(true|false|yes|no|on|off|y|n|null|~|[-+]?[0-9][0-9_]*(\.[0-9]*)?(e[-+]?[0-9]+)?|0x[0-9a-f]+)?$", RegexOptions.IgnoreCase)]
    private static partial Regex IsNoText();
}
