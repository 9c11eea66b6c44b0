using PulsarBroker.Connections;

namespace PulsarBroker.Topics;

/// <summary>A producer of a client.</summary>
internal sealed record Publisher(ClientConnection Connection, ulong Id, string Name, Topic Topic);
