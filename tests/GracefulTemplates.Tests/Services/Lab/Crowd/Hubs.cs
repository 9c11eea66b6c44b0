using Microsoft.AspNetCore.SignalR;

namespace Graceful.Service_1.Crowd;

internal class EchoHub : Hub
{
    public string Echo(string text) => text;
}

[EndsOnDrain]
internal sealed class MarkedHub : EchoHub;
