using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;

namespace Graceful.Service_1.Crowd;

public sealed class CrowdController : ControllerBase
{
    [HttpGet("/mvc/forever")]
    [EndsOnDrain]
    public async Task ForeverAsync()
    {
        Parts.Say("forever");
        await Task.Delay(Timeout.Infinite, HttpContext.RequestAborted);
    }

    [HttpPost("/mvc/work")]
    public async Task<string> WorkAsync()
    {
        Parts.Say("at the gate");
        await Parts.UntilGateAsync(HttpContext.RequestAborted);
        return "done";
    }

    [HttpGet("/mvc/ignore-token/{number:int}")]
    public async Task IgnoreTokenAsync(int number)
    {
        Parts.Say($"ignoring its token, {number}");
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }
}

internal sealed class CrowdPart : ApplicationPart, IApplicationPartTypeProvider
{
    public override string Name => "the crowd";
    public IEnumerable<TypeInfo> Types => [typeof(CrowdController).GetTypeInfo()];
}
