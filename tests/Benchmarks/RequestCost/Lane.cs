using Graceful.Service_1.Shutdown;
using Microsoft.AspNetCore.Http.Features;

namespace Benchmarks.RequestCost;

public enum Next { Synchronous, Asynchronous }

/// <summary>What one thread needs: a request, and the two middlewares in front of the same rest of the pipeline.</summary>
internal sealed class Lane
{
    private readonly HttpContext _context;
    private readonly IRequestBodyPipeFeature _body;
    private readonly Pause _pause = new();

    public Lane(HttpContext context, Next kind, IServiceProvider services)
    {
        _context = context;
        _body = context.Features.GetRequiredFeature<IRequestBodyPipeFeature>();
        RequestDelegate next = kind == Next.Synchronous ? static _ => Task.CompletedTask : async _ => await _pause;
        Empty = kind == Next.Synchronous ? new EmptyMiddleware(next).InvokeAsync : new EmptyAsyncMiddleware(next).InvokeAsync;
        Graceful = ActivatorUtilities.CreateInstance<ShutdownMiddleware>(services, next).InvokeAsync;
    }

    public RequestDelegate Empty { get; }
    public RequestDelegate Graceful { get; }

    public void Run(RequestDelegate middleware, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            var task = middleware(_context);
            _pause.End();
            _context.Features.Set(_body); // As Kestrel does between two requests.
            if (!task.IsCompletedSuccessfully) throw new InvalidOperationException("The request did not end.");
        }
    }

    private sealed class EmptyMiddleware(RequestDelegate next)
    {
        public Task InvokeAsync(HttpContext context) => next(context);
    }

    private sealed class EmptyAsyncMiddleware(RequestDelegate next)
    {
        public async Task InvokeAsync(HttpContext context) => await next(context);
    }
}
