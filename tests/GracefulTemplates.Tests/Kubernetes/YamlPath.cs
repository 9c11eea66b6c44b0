using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests.Kubernetes;

/// <summary>Finds nodes by paths as kustomize writes them: <c>spec.containers.[name=app].image</c>.</summary>
public static class YamlPath
{
    public static YamlNode? Find(this YamlNode root, string path)
    {
        var node = root;
        foreach (var step in path.Split('.'))
            node = node switch
            {
                YamlMappingNode mapping => mapping.Children.TryGetValue(new YamlScalarNode(step), out var child) ? child : null,
                YamlSequenceNode sequence when step.Trim('[', ']').Split('=') is [var key, var value] =>
                    sequence.OfType<YamlMappingNode>().FirstOrDefault(item => item.Text(key) == value),
                _ => null,
            };
        return node;
    }

    /// <summary>The scalar at the path; empty when there is none.</summary>
    public static string Text(this YamlNode root, string path) => (root.Find(path) as YamlScalarNode)?.Value ?? "";

    /// <summary>The items of the sequence at the path; none when there is none.</summary>
    public static IEnumerable<YamlNode> Items(this YamlNode root, string path) => root.Find(path) as YamlSequenceNode ?? [];
}
