using System.Collections.Concurrent;
using PulsarBroker.Control;
using PulsarBroker.Protocol;
using Kind = PulsarBroker.Protocol.Command.Types.Kind;

namespace PulsarBroker;

/// <summary>The last commands that clients have sent; SEND is not among them.</summary>
internal sealed class CommandLog
{
    // Enough for a test to see what a worker did in its last second; deliveries and acknowledgements have statistics of their own.
    private const int Kept = 5000;

    private readonly ConcurrentQueue<LoggedCommand> _commands = new();
    private long _number;

    public IEnumerable<LoggedCommand> Commands => _commands;

    public void Add(string client, Command command)
    {
        if (command.Kind == Kind.Send)
            return;
        _commands.Enqueue(new(Interlocked.Increment(ref _number), client, command.Kind.ToString(), Detail(command)));
        while (_commands.Count > Kept)
            _commands.TryDequeue(out _);
    }

    public void Clear() => _commands.Clear();

    private static string Detail(Command command) => command.Kind switch
    {
        Kind.Connect => $"{command.Connect.ClientVersion} {command.Connect.AuthMethod}".TrimEnd(),
        Kind.Ack => $"{command.Ack.Type} {Ids(command.Ack.Ids)}{(command.Ack.HasValidationError ? $" {command.Ack.ValidationError}" : "")}",
        Kind.Redeliver => command.Redeliver.Ids.Count == 0 ? "all" : Ids(command.Redeliver.Ids),
        Kind.Flow => $"{command.Flow.Permits}",
        Kind.Subscribe => $"{command.Subscribe.Topic} {command.Subscribe.Subscription} {command.Subscribe.Type}",
        Kind.Lookup => command.Lookup.Topic,
        Kind.Partitions => command.Partitions.Topic,
        Kind.Producer => command.Producer.Topic,
        _ => "",
    };

    private static string Ids(IEnumerable<EntryId> ids) =>
        string.Join(' ', ids.Select(id => id.BatchIndex < 0 ? $"{id.Ledger}:{id.Entry}" : $"{id.Ledger}:{id.Entry}:{id.BatchIndex}"));
}
