using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Graceful.Service_1.Shutdown;

/// <summary>Has the endpoints that end on drain run by <see cref="LongLivedResponses"/>, wherever and whenever routing finds them.</summary>
internal sealed class LongLivedEndpoints(LongLivedResponses responses) : MatcherPolicy, IEndpointSelectorPolicy
{
    private readonly ConditionalWeakTable<Endpoint, Endpoint> _wrapped = [];

    /// <summary>The last one: other policies see the endpoints that the application has mapped.</summary>
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        ContainsDynamicEndpoints(endpoints) || endpoints.Any(endpoint => EndsOnDrainAttribute.Of(endpoint) is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!candidates.IsValidCandidate(i) || EndsOnDrainAttribute.Of(candidates[i].Endpoint) is null) continue;
            candidates.ReplaceEndpoint(i, _wrapped.GetValue(candidates[i].Endpoint, Wrap), candidates[i].Values);
        }
        return Task.CompletedTask;
    }

    private Endpoint Wrap(Endpoint endpoint)
    {
        if (endpoint is not RouteEndpoint { RequestDelegate: { } handler } route) return endpoint;
        var ending = EndsOnDrainAttribute.Of(endpoint)!;
        return new RouteEndpoint(context => responses.RunAsync(context, handler, ending),
            route.RoutePattern, route.Order, route.Metadata, route.DisplayName);
    }
}
