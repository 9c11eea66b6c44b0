using System.Net;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class HttpErrorTests(WebApiFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<WebApiFixture>
{
    // In Development binding throws, so that a developer sees why; in Production only code that reads the request itself does.
    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task What_is_wrong_with_a_request_is_never_the_fault_of_the_service(string environment)
    {
        await using var service = await StartReadyAsync(new ServiceStart { Settings = [("DOTNET_ENVIRONMENT", environment)] });

        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("""{"name":"""));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("""{"name":"x","seconds":"soon"}"""));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync("""{"name":"read-too-much","seconds":0}"""));
        Assert.Equal(HttpStatusCode.InternalServerError, await PostAsync("""{"name":"fail-always","seconds":0}"""));

        async Task<HttpStatusCode> PostAsync(string job)
        {
            using var response = await service.Client.PostAsync("/jobs", new StringContent(job, null, "application/json"));
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            return response.StatusCode;
        }
    }
}
