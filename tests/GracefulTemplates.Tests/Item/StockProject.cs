namespace GracefulTemplates.Tests.Item;

/// <summary>A service that is not ours, made of a stock template.</summary>
/// <param name="Template">What <c>dotnet new</c> is told.</param>
/// <param name="Heading">The section of the page that is for it; the top if null.</param>
/// <param name="Path">What the load asks for; a gRPC method if that is what it serves.</param>
public sealed record StockProject(string Template, string? Heading, string Path)
{
    private const string OldStyle = """
        using Microsoft.AspNetCore.Hosting;
        using Microsoft.Extensions.Hosting;

        namespace Shop;

        public class Program
        {
            public static void Main(string[] args) => CreateHostBuilder(args).Build().Run();

            public static IHostBuilder CreateHostBuilder(string[] args) =>
                Host.CreateDefaultBuilder(args).ConfigureWebHostDefaults(web => web.UseStartup<Startup>());
        }
        """;

    private const string Startup = """
        namespace Shop;

        public class Startup(IConfiguration configuration)
        {
            public void ConfigureServices(IServiceCollection services)
            {
                services.AddHealthChecks();
                services.AddSingleton(new Greeting(configuration["Greeting"] ?? "Hello"));
            }

            public void Configure(IApplicationBuilder app, IWebHostEnvironment env)
            {
                if (env.IsDevelopment())
                    app.UseDeveloperExceptionPage();
                app.UseRouting();
                app.UseEndpoints(endpoints => endpoints.MapGet("/", (Greeting greeting) => greeting.Text));
            }
        }

        public sealed record Greeting(string Text);
        """;

    // As Aspire's own project template has them, without telemetry and discovery, which have nothing to do with health.
    private const string ServiceDefaults = """
        using Microsoft.AspNetCore.Diagnostics.HealthChecks;
        using Microsoft.Extensions.Diagnostics.HealthChecks;

        namespace Microsoft.Extensions.Hosting;

        public static class Extensions
        {
            public static void AddServiceDefaults(this IHostApplicationBuilder builder) =>
                builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);

            public static void MapDefaultEndpoints(this WebApplication app)
            {
                if (!app.Environment.IsDevelopment()) return;
                app.MapHealthChecks("/health");
                app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
            }
        }
        """;

    /// <summary>With Aspire's ServiceDefaults, which stay.</summary>
    public static StockProject OfAspire { get; } = new("web --no-https", null, "/");

    public static IReadOnlyList<StockProject> All { get; } =
    [
        new("webapi", null, "/weatherforecast"),
        new("webapi --use-controllers", null, "/WeatherForecast"),
        new("mvc", null, "/"),
        new("webapiaot", null, "/todos"),
        new("grpc", "gRPC", "/greet.Greeter/SayHello"),
        new("worker", "Worker Services", "/healthz"),
        new("web", "Startup classes", "/"),
        OfAspire,
    ];

    public bool IsGrpc => Path.Contains('.');

    /// <summary>It serves nothing else.</summary>
    public bool OnlyProbes => Path == "/healthz";

    /// <summary>The folder of its Shop.csproj in a sandbox.</summary>
    public string FolderIn(Sandbox sandbox) => System.IO.Path.Combine(sandbox.Folder, Template.Replace(" --", "-"), "Shop");

    public string AssemblyIn(Sandbox sandbox) => System.IO.Path.Combine(FolderIn(sandbox), "bin", "Release", "net10.0", "Shop.dll");

    public async Task CreateAsync(Sandbox sandbox)
    {
        var folder = FolderIn(sandbox);
        await sandbox.DotnetAsync(sandbox.Folder, ["new", .. Template.Split(' '), "-n", "Shop", "-o", folder, "--no-restore"]);
        if (Heading != "Startup classes") return;
        // No stock template has a Startup class any more.
        await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "Program.cs"), OldStyle);
        await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "Startup.cs"), Startup);
        var project = System.IO.Path.Combine(folder, "Shop.csproj"); // Nor had they nullable annotations then.
        await File.WriteAllTextAsync(project, (await File.ReadAllTextAsync(project)).Replace("<Nullable>enable</Nullable>", ""));
    }

    /// <summary>The edits of the page.</summary>
    public void Edit(Sandbox sandbox)
    {
        var page = new Page("existing-service.md");
        var folder = FolderIn(sandbox);
        if (Heading is null or "gRPC") page.Apply(folder);
        if (Heading is not null) page.Apply(folder, Heading);
        if (page.Code("csharp", Heading) is [var program])
            File.WriteAllText(System.IO.Path.Combine(folder, "Program.cs"), program);
        if (this == OfAspire)
        {
            File.WriteAllText(System.IO.Path.Combine(folder, "Extensions.cs"), ServiceDefaults);
            var file = System.IO.Path.Combine(folder, "Program.cs");
            var before = File.ReadAllText(file);
            // The second call is that of a page, which adds a check or a warm-up to what is there.
            var edited = before.Replace("builder.AddHealth();", "builder.AddHealth();\nbuilder.AddServiceDefaults();\nbuilder.AddHealth();").Replace("var app = builder.Build();", "var app = builder.Build();\napp.MapDefaultEndpoints();\napp.MapHealthChecks(\"/healthz\");");
            Assert.Equal(before.Length + "\nbuilder.AddServiceDefaults();\nbuilder.AddHealth();\napp.MapDefaultEndpoints();\napp.MapHealthChecks(\"/healthz\");".Length, edited.Length);
            File.WriteAllText(file, edited);
        }
    }
}
