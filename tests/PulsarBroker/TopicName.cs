namespace PulsarBroker;

/// <summary>Clients name topics as their users do: <c>t</c> and <c>persistent://public/default/t</c> are the same one.</summary>
internal static class TopicName
{
    private const string Suffix = "-partition-";

    public static string Full(string name) => name.Contains("://", StringComparison.Ordinal) ? name : $"persistent://public/default/{name}";

    public static string Partition(string name, int index) => $"{Full(name)}{Suffix}{index}";

    /// <summary>-1 for a topic that is no partition.</summary>
    public static int PartitionIndex(string name)
    {
        var at = name.LastIndexOf(Suffix, StringComparison.Ordinal);
        return at >= 0 && int.TryParse(name[(at + Suffix.Length)..], out var index) ? index : -1;
    }
}
