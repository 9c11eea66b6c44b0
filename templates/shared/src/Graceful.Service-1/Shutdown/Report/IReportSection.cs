namespace Graceful.Service_1.Shutdown;

/// <summary>
/// A part that a transport adds to the shutdown report, such as <c>"imports":{"completed":9,"released":3}</c>. Register it as a singleton.
/// </summary>
public interface IReportSection
{
    /// <summary>The name of the part in the JSON, in camel case.</summary>
    string Name { get; }

    /// <summary>What is counted, by name in camel case. Read when the report is written, which may be at any moment.</summary>
    IReadOnlyDictionary<string, int> Counts { get; }
}
