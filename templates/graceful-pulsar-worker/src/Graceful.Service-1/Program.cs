using Graceful.Service_1.Health;
using Graceful.Service_1.Jobs;
using Graceful.Service_1.Messaging;
#if (observability)
using Graceful.Service_1.Observability;
#endif
using Graceful.Service_1.Shutdown;

// The first line: from here on no signal is lost, not even one that comes before the host is built.
using var signals = new ShutdownSignals();

var builder = WebApplication.CreateBuilder(args);
builder.AddGracefulShutdown(signals);
builder.AddHealth();
#if (observability)
builder.AddObservability();
#endif
builder.AddMessaging<JobHandler>();
builder.Services.AddSingleton<JobRunner>();

// A worker that is a web application, with nothing but probes.
var app = builder.Build();

return await app.RunGracefullyAsync();
