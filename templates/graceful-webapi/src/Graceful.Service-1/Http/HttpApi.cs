using Graceful.Service_1.Health;

namespace Graceful.Service_1.Http;

public static class HttpApi
{
    /// <summary>What every endpoint gets: validation, errors as ProblemDetails, an OpenAPI document.</summary>
    public static void AddHttpApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails();
        // A bad request that only code notices, such as a body that is cut off, is still the client's fault: without this it is a 500
        // (dotnet/aspnetcore#43831).
        builder.Services.Configure<ExceptionHandlerOptions>(options => options.StatusCodeSelector = exception =>
            exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError);
        builder.Services.AddValidation();
        builder.Services.AddOpenApi();
        builder.Services.AddHealthChecks().AddWarmUp<HttpWarmUp>("http");
    }

    public static void UseHttpApi(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(); // With AddProblemDetails: a body for errors that have none, such as 404.
        if (app.Environment.IsDevelopment()) app.MapOpenApi(); // /openapi/v1.json
    }
}
