namespace PulsarBroker;

/// <summary>What the command line says.</summary>
internal sealed record BrokerOptions
{
    public const string Usage =
        "Usage: PulsarBroker [--port N] [--control-port N] [--certificate FILE] [--client-authority FILE] [--count-on-close] [--failover-delay MILLISECONDS] [--stop-at-end-of-input]  (port 0, the default: any free one)";

    /// <summary>Of the binary protocol.</summary>
    public int Port { get; init; }

    /// <summary>Of control and statistics over HTTP.</summary>
    public int ControlPort { get; init; }

    /// <summary>A PEM file with a certificate and its key: the binary protocol is spoken over TLS, and only so.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the certificate of an authority: with TLS, clients need a certificate that it has signed.</summary>
    public string? ClientAuthorityFile { get; init; }

    /// <summary>A consumer that leaves adds to the redelivery count of what it held, as brokers of the 2.x and 3.x lines do.</summary>
    public bool CountOnClose { get; init; }

    /// <summary>Between the choice of another active consumer and its first message; Pulsar's activeConsumerFailoverDelayTimeMillis.</summary>
    public TimeSpan FailoverDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Ends with the process that started it, however that one ends.</summary>
    public bool StopAtEndOfInput { get; init; }

    public static BrokerOptions Parse(IReadOnlyList<string> args)
    {
        var options = new BrokerOptions();
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--port" => options with { Port = Port(++i) },
                "--control-port" => options with { ControlPort = Port(++i) },
                "--certificate" => options with { CertificateFile = File(++i) },
                "--client-authority" => options with { ClientAuthorityFile = File(++i) },
                "--failover-delay" => options with { FailoverDelay = TimeSpan.FromMilliseconds(Port(++i)) },
                "--count-on-close" => options with { CountOnClose = true },
                "--stop-at-end-of-input" => options with { StopAtEndOfInput = true },
                _ => throw new ArgumentException($"'{args[i]}' is no option. {Usage}"),
            };
        }
        return options;

        int Port(int at) => at < args.Count && ushort.TryParse(args[at], out var port)
            ? port
            : throw new ArgumentException($"'{args[at - 1]}' needs a port, 0 to 65535. {Usage}");

        string File(int at) => at < args.Count && System.IO.File.Exists(args[at])
            ? args[at]
            : throw new ArgumentException($"'{args[at - 1]}' needs a file that exists. {Usage}");
    }
}
