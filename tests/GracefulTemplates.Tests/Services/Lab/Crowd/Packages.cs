using Hangfire;
using MassTransit;
using Quartz;

namespace Graceful.Service_1.Crowd;

/// <summary>The real packages, set up as their documentation does it.</summary>
internal static class Packages
{
    public static void Add(IServiceCollection services)
    {
        if (Parts.Has("masstransit"))
        {
            services.AddMassTransit(bus =>
            {
                bus.AddConsumer<OrderConsumer>();
                bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context));
            });
            services.AddDeed("masstransit", async provider =>
            {
                await using var scope = provider.CreateAsyncScope();
                var answer = await scope.ServiceProvider.GetRequiredService<IRequestClient<PlaceOrder>>().GetResponse<OrderTaken>(new PlaceOrder(7));
                Parts.Say($"order {answer.Message.Number} taken");
            });
        }
        if (Parts.Has("quartz"))
        {
            services.AddQuartz();
            services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
            services.AddDeed("quartz", async provider =>
            {
                var scheduler = await provider.GetRequiredService<ISchedulerFactory>().GetScheduler();
                await scheduler.ScheduleJob(JobBuilder.Create<Import>().Build(), TriggerBuilder.Create().StartNow().Build());
                await Import.Begun.Task;
            });
        }
        if (Parts.Has("hangfire"))
        {
            services.AddHangfire(hangfire => hangfire.UseInMemoryStorage());
            services.AddHangfireServer(options => options.SchedulePollingInterval = TimeSpan.FromSeconds(1));
            services.AddDeed("hangfire", async provider =>
            {
                provider.GetRequiredService<IBackgroundJobClient>().Enqueue(() => Import.Run());
                await Import.Begun.Task;
            });
        }
    }
}

public sealed record PlaceOrder(int Number);

public sealed record OrderTaken(int Number);

public sealed class OrderConsumer : IConsumer<PlaceOrder>
{
    public async Task Consume(ConsumeContext<PlaceOrder> context)
    {
        await Task.Delay(100);
        await context.RespondAsync(new OrderTaken(context.Message.Number));
    }
}

/// <summary>A job of a scheduler that goes on for a second behind the request that has ordered it.</summary>
public sealed class Import : Quartz.IJob
{
    public static TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static void Run()
    {
        Begun.TrySetResult();
        Thread.Sleep(1000);
        Parts.Say("import done");
    }

    async ValueTask Quartz.IJob.Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await Task.Run(Run, CancellationToken.None);
}
