using Graceful.Service_1.Shutdown;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Graceful.Service_1.Grpc;

internal static class StreamsEndOnDrain
{
    /// <summary>
    /// The streaming methods of all services in this group end when draining begins: the call's token fires, and the client sees
    /// <see cref="StatusCode.Unavailable"/>. Unary calls finish, however they are marked. Logs and reports name each by its method.
    /// </summary>
    public static RouteGroupBuilder EndStreamsOnDrain(this RouteGroupBuilder group)
    {
        // At the end, since the conventions of a group run before those of its members, which add the method.
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            if (endpoint.Metadata.OfType<GrpcMethodMetadata>().LastOrDefault() is not { Method: var method }) return;
            endpoint.Metadata.Add(new WorkName(method.FullName));
            foreach (var mark in endpoint.Metadata.OfType<EndsOnDrainAttribute>().ToList()) endpoint.Metadata.Remove(mark);
            if (method.Type != MethodType.Unary) endpoint.Metadata.Add(new EndsOnDrainAttribute { ToldBy = EndingToldBy.Call });
        });
        return group;
    }
}
