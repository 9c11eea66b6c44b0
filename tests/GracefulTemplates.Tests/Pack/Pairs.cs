namespace GracefulTemplates.Tests.Pack;

/// <summary>A few rows in which every value of every option meets every value of every other one.</summary>
public static class Pairs
{
    public static IReadOnlyList<string[]> Of(params string[][] options)
    {
        var open = (from a in Enumerable.Range(0, options.Length)
                    from b in Enumerable.Range(0, a)
                    from first in options[a]
                    from second in options[b]
                    select (a, first, b, second)).ToHashSet();
        List<string[]> rows = [];
        while (open.Count > 0)
        {
            // Begins with a pair that is missing, then takes for each option the value that covers most of what is still missing.
            var (a, first, b, second) = open.First();
            var row = new string?[options.Length];
            (row[a], row[b]) = (first, second);
            foreach (var option in Enumerable.Range(0, options.Length).Where(option => row[option] is null))
                row[option] = options[option].MaxBy(value => open.Count(pair =>
                    (pair.a == option && pair.first == value && row[pair.b] == pair.second) || (pair.b == option && pair.second == value && row[pair.a] == pair.first)));
            open.RemoveWhere(pair => row[pair.a] == pair.first && row[pair.b] == pair.second);
            rows.Add(row!);
        }
        return rows;
    }
}
