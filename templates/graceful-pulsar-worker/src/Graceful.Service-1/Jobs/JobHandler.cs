using System.Buffers;
using DotPulsar.Abstractions;
using Graceful.Service_1.Messaging;

namespace Graceful.Service_1.Jobs;

/// <summary>The sample: a message is a job.</summary>
internal sealed class JobHandler(JobRunner runner) : IMessageHandler
{
    public async Task HandleAsync(IMessage<ReadOnlySequence<byte>> message, CancellationToken cancellationToken)
    {
        var job = JobMessage.Parse(message.Data);
        await runner.RunAsync(job.Name, job.Seconds, cancellationToken);
    }
}
