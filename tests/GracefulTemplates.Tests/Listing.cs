namespace GracefulTemplates.Tests;

/// <summary>Compares lists of names so that a failure says which one it is.</summary>
public static class Listing
{
    /// <summary>What is missing, with a minus, and what is too much, with a plus.</summary>
    public static IReadOnlyList<string> Changes(IEnumerable<string> expected, IEnumerable<string> actual) =>
    [
        .. expected.Except(actual).Select(name => "- " + name),
        .. actual.Except(expected).Select(name => "+ " + name),
    ];

    /// <summary>Fails with the names that are missing or too many.</summary>
    public static void Equal(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var changes = Changes(expected, actual);
        Assert.True(changes.Count == 0, $"Missing (-) and unexpected (+):\n{string.Join('\n', changes)}");
    }
}
