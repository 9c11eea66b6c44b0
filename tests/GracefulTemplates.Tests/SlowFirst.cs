using System.Reflection;
using GracefulTemplates.Tests;
using GracefulTemplates.Tests.Item;
using GracefulTemplates.Tests.Kubernetes;
using GracefulTemplates.Tests.Pack;
using GracefulTemplates.Tests.Services;
using GracefulTemplates.Tests.Services.Crowd;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestCollectionOrderer(SlowFirst.Type, SlowFirst.Assembly)]

namespace GracefulTemplates.Tests;

/// <summary>
/// What takes minutes begins first: the containers, of which one waits at a time, then the longest classes, then the other slow ones. What began last
/// would go on alone at the end (the containers for 166 s, dead letters for 138 s, with both cores nearly idle).
/// </summary>
public sealed class SlowFirst : ITestCollectionOrderer
{
    public const string Type = "GracefulTemplates.Tests.SlowFirst";
    public const string Assembly = "GracefulTemplates.Tests";

    /// <summary>More than 100 s each in `.ci/run`, the longest last.</summary>
    private static readonly string[] Longest =
    [
        .. from type in (Type[])
           [
               typeof(WorkerTakeoverTests), typeof(PipelineTests), typeof(WorkerClusterTests), typeof(NameTests), typeof(WorkerWatchTests),
               typeof(WorkerRestartTests), typeof(WorkerDeadLetterTests), typeof(EndTests), typeof(StockTests), typeof(WorkerDoubtfulStopTests),
               typeof(WorkerCopyTests), typeof(RenderingTests), typeof(WorkerUnansweredTests), typeof(ConnectionTests),
           ]
           select CollectionOf(type),
    ];

    private static readonly HashSet<string> Slow =
    [
        .. from type in typeof(SlowFirst).Assembly.GetTypes()
           where type.GetCustomAttributesData().Any(attribute => attribute.AttributeType == typeof(TraitAttribute))
           select CollectionOf(type),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections
        .OrderByDescending(collection => collection.CollectionDefinition is not null)
        .ThenByDescending(collection => Array.IndexOf(Longest, collection.DisplayName))
        .ThenByDescending(collection => Slow.Contains(collection.DisplayName))
        .ThenBy(collection => collection.UniqueID); // A new one in every run, as without this class.

    private static string CollectionOf(Type type) => $"Test collection for {type.FullName}";
}
