using GracefulTemplates.Tests;
using GracefulTemplates.Tests.Containers;
using GracefulTemplates.Tests.Services;
using GracefulTemplates.Tests.Services.Crowd;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer(LongestFirst.Type, LongestFirst.Assembly)]

namespace GracefulTemplates.Tests;

/// <summary>What takes minutes begins first: what began last would go on alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public const string Type = "GracefulTemplates.Tests.LongestFirst";
    public const string Assembly = "GracefulTemplates.Tests";

    private static readonly string[] Minutes =
    [
        ContainerCollection.Name, .. ((Type[])[typeof(WorkerTakeoverTests), typeof(WorkerReplayTests), typeof(WorkerUnloadTests), typeof(WorkerDeadLetterTests),
            typeof(WorkerRestartTests), typeof(PipelineTests), typeof(WorkerProjectTests)]).Select(type => type.FullName!),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections
        .OrderByDescending(collection => Minutes.Any(name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)))
        .ThenBy(collection => collection.UniqueID); // A new one in every run, as without this class.
}
