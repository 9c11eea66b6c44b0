using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;

namespace Graceful.Service_1.Crowd;

/// <summary>What users set for all endpoints at once.</summary>
internal static class Policies
{
    public static void Add(IServiceCollection services)
    {
        if (Parts.Has("fallback-policy"))
        {
            services.AddAuthentication("nobody").AddScheme<AuthenticationSchemeOptions, Nobody>("nobody", _ => { });
            services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        }
        if (Parts.Has("output-cache")) services.AddOutputCache(options => options.AddBasePolicy(policy => policy.Expire(TimeSpan.FromMinutes(1))));
        if (Parts.Has("rate-limiter"))
            services.AddRateLimiter(options =>
            {
                options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
                options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => // By path: a warm-up is a request like any other.
                    RateLimitPartition.GetFixedWindowLimiter($"{context.Request.Path}", _ => new FixedWindowRateLimiterOptions { PermitLimit = 1, Window = TimeSpan.FromHours(1) }));
            });
        if (Parts.Has("https-redirection")) services.AddHttpsRedirection(options => options.HttpsPort = 443);
        if (Parts.Has("response-caching")) services.AddResponseCaching();
        if (Parts.Has("request-timeouts"))
            services.AddRequestTimeouts(options => options.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromMilliseconds(1), TimeoutStatusCode = 504 });
        if (Parts.Has("compression"))
            services.AddResponseCompression(options => options.MimeTypes = ["text/plain", "application/json", "application/x-ndjson"]);
    }

    public static void Use(WebApplication app)
    {
        if (Parts.Has("path-base")) app.UsePathBase("/base");
        if (Parts.Has("own-routing")) app.UseRouting();
        if (Parts.Has("https-redirection")) app.UseHttpsRedirection();
        if (Parts.Has("fallback-policy")) app.UseAuthentication().UseAuthorization();
        if (Parts.Has("rate-limiter")) app.UseRateLimiter();
        if (Parts.Has("output-cache")) app.UseOutputCache();
        if (Parts.Has("response-caching"))
            app.Use((context, next) =>
            {
                context.Response.GetTypedHeaders().CacheControl = new() { Public = true, MaxAge = TimeSpan.FromMinutes(1) };
                return next(context);
            }).UseResponseCaching();
        if (Parts.Has("request-timeouts"))
        {
            app.UseRequestTimeouts();
            app.Use(async (context, next) => // Every database is slower than a millisecond.
            {
                await Task.Delay(300, context.RequestAborted);
                await next(context);
            });
        }
        if (Parts.Has("compression")) app.UseResponseCompression();
        if (Parts.Has("maintenance")) app.Use((HttpContext context, RequestDelegate _) =>
        {
            context.Response.StatusCode = StatusCodes.Status410Gone;
            return Task.CompletedTask;
        });
        if (Parts.Has("map-fallback")) app.MapFallback(() => Results.Text("the single-page application"));
    }

    private sealed class Nobody(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.Fail(nameof(ClaimsPrincipal)));
    }
}
