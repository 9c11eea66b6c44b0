namespace DotPulsar;

/// <summary>Where a consumer stands.</summary>
public enum ConsumerState : byte
{
    Active,
    Closed,
    Disconnected,
    Faulted,
    PartiallyConnected,
    Inactive,
    ReachedEndOfTopic,
    Unsubscribed,
}

/// <summary>Where a producer stands.</summary>
public enum ProducerState : byte
{
    Closed,
    Connected,
    Disconnected,
    Faulted,
    PartiallyConnected,
    WaitingForExclusive,
    Fenced,
}

/// <summary>How the consumers of a subscription share its messages.</summary>
public enum SubscriptionType : byte
{
    Exclusive = 0,
    Shared = 1,
    Failover = 2,
    KeyShared = 3,
}

/// <summary>Where a new subscription begins.</summary>
public enum SubscriptionInitialPosition : byte
{
    Latest = 0,
    Earliest = 1,
}

/// <summary>Which topics a pattern finds.</summary>
public enum RegexSubscriptionMode : byte
{
    Persistent = 0,
    NonPersistent = 1,
    All = 2,
}

/// <summary>Who may produce to a topic at the same time.</summary>
public enum ProducerAccessMode : byte
{
    Shared = 0,
    Exclusive = 1,
    WaitForExclusive = 2,
    ExclusiveWithFencing = 3,
}

/// <summary>How payloads are compressed.</summary>
public enum CompressionType : byte
{
    None = 0,
    Lz4 = 1,
    Zlib = 2,
    Zstd = 3,
    Snappy = 4,
}

/// <summary>What follows a failure.</summary>
public enum FaultAction : byte
{
    Rethrow,
    ThrowException,
    Retry,
}

/// <summary>Whether connections are encrypted.</summary>
public enum EncryptionPolicy : byte
{
    EnforceUnencrypted,
    PreferUnencrypted,
    PreferEncrypted,
    EnforceEncrypted,
}

/// <summary>How a reader is connected.</summary>
public enum ReaderState : byte
{
    Closed,
    Connected,
    Disconnected,
    Faulted,
    PartiallyConnected,
    ReachedEndOfTopic,
}

/// <summary>The kind of a schema.</summary>
public enum SchemaType : byte
{
    None = 0,
    String = 1,
    Json = 2,
    Protobuf = 3,
    Avro = 4,
    Boolean = 5,
    Int8 = 6,
    Int16 = 7,
    Int32 = 8,
    Int64 = 9,
    Float = 10,
    Double = 11,
    Date = 12,
    Time = 13,
    Timestamp = 14,
    KeyValue = 15,
    Instant = 16,
    LocalDate = 17,
    LocalTime = 18,
    LocalDateTime = 19,
    ProtobufNative = 20,
}
