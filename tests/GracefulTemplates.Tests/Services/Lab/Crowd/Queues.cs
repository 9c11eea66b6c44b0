using System.Threading.Channels;

namespace Graceful.Service_1.Crowd;

internal static class Queues
{
    public static void Add(IServiceCollection services)
    {
        if (Parts.Has("queue"))
        {
            services.AddSingleton(Channel.CreateUnbounded<int>());
            services.AddHostedService<QueueWorker>();
            services.AddDeed("queue", provider =>
            {
                for (var item = 1; item <= 5; item++) provider.GetRequiredService<Channel<int>>().Writer.TryWrite(item);
                return Task.CompletedTask;
            });
        }
        if (Parts.Has("busy-queue"))
        {
            services.AddSingleton<BusyQueue>();
            services.AddHostedService(provider => provider.GetRequiredService<BusyQueue>());
        }
        if (Parts.Has("outbox"))
        {
            services.AddSingleton<Outbox>();
            services.AddHostedService(provider => provider.GetRequiredService<Outbox>());
            services.AddDeed("outbox", provider =>
            {
                provider.GetRequiredService<Outbox>().Add("letter");
                return Task.CompletedTask;
            });
        }
    }

    public static void Map(WebApplication app) => app.MapPost("/crowd/enqueue", (BusyQueue queue) => queue.Add());

    /// <summary>Takes an item from every request of a load, and says in the end what became of them.</summary>
    internal sealed class BusyQueue : BackgroundService
    {
        private readonly Channel<int> _items = Channel.CreateUnbounded<int>();
        private int _added;

        public void Add() => _items.Writer.TryWrite(Interlocked.Increment(ref _added));

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var processed = 0;
            try
            {
                await foreach (var _ in _items.Reader.ReadAllAsync(stoppingToken))
                {
                    if (++processed % 20 == 0) await Task.Delay(2, CancellationToken.None);
                }
            }
            catch (OperationCanceledException)
            {
                while (_items.Reader.TryRead(out _)) processed++;
            }
            Parts.Say($"queue: {processed} of {_added} processed");
        }
    }

    /// <summary>Works until its token fires, and then until the channel is empty.</summary>
    private sealed class QueueWorker(Channel<int> queue) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                await foreach (var item in queue.Reader.ReadAllAsync(stoppingToken)) await ProcessAsync(item);
            }
            catch (OperationCanceledException)
            {
                while (queue.Reader.TryRead(out var item)) await ProcessAsync(item);
            }
            Parts.Say("the queue is empty");
        }

        private static async Task ProcessAsync(int item)
        {
            await Task.Delay(100, CancellationToken.None);
            Parts.Say($"item {item} processed");
        }
    }

    /// <summary>Sends what it has every ten minutes, and the rest when it is stopped.</summary>
    private sealed class Outbox : IHostedService
    {
        private readonly Channel<string> _letters = Channel.CreateUnbounded<string>();
        private Timer? _timer;

        public void Add(string letter) => _letters.Writer.TryWrite(letter);

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _timer = new Timer(_ => Send(), null, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));
            return Task.CompletedTask;
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await _timer!.DisposeAsync();
            Send();
        }

        private void Send()
        {
            while (_letters.Reader.TryRead(out var letter)) Parts.Say($"{letter} sent");
        }
    }
}
