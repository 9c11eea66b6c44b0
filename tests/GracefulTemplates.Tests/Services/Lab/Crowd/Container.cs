using Autofac.Extensions.DependencyInjection;

namespace Graceful.Service_1.Crowd;

internal static class Container
{
    public static void Add(WebApplicationBuilder builder)
    {
        if (Parts.Has("autofac")) builder.Host.UseServiceProviderFactory(new AutofacServiceProviderFactory());
        if (Parts.Has("systemd")) builder.Services.AddSystemd();
        if (Parts.Has("console-lifetime")) builder.Host.UseConsoleLifetime();
    }
}
