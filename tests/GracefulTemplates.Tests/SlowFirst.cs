using System.Reflection;
using GracefulTemplates.Tests;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestCollectionOrderer(SlowFirst.Type, SlowFirst.Assembly)]

namespace GracefulTemplates.Tests;

/// <summary>
/// What takes minutes begins first: the containers, of which one waits at a time, then the slow classes. What began last would go on alone at the end
/// (the containers for 166 s, with both cores nearly idle).
/// </summary>
public sealed class SlowFirst : ITestCollectionOrderer
{
    public const string Type = "GracefulTemplates.Tests.SlowFirst";
    public const string Assembly = "GracefulTemplates.Tests";

    private static readonly HashSet<string> Slow =
    [
        .. from type in typeof(SlowFirst).Assembly.GetTypes()
           where type.GetCustomAttributesData().Any(attribute => attribute.AttributeType == typeof(TraitAttribute))
           select $"Test collection for {type.FullName}",
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections
        .OrderByDescending(collection => collection.CollectionDefinition is not null)
        .ThenByDescending(collection => Slow.Contains(collection.DisplayName))
        .ThenBy(collection => collection.UniqueID); // A new one in every run, as without this class.
}
