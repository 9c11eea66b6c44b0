using Graceful.Service_1.Grpc;
using Graceful.Service_1.Health;
using Graceful.Service_1.Jobs;
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
builder.AddGrpcApi();
builder.Services.AddSingleton<JobRunner>();

var app = builder.Build();
app.MapGrpcApi();

return await app.RunGracefullyAsync();
