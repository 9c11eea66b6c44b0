namespace GracefulTemplates.Tests.Services;

/// <summary>How a service is started.</summary>
public sealed record ServiceStart
{
    /// <summary>Configuration, such as <c>("Shutdown:DelaySeconds", "1")</c>.</summary>
    public (string Key, string Value)[] Settings { get; init; } = [];

    /// <summary>What the lab shall add, by the names in Lab/LabStartup.cs.</summary>
    public string Lab { get; init; } = "";

    /// <summary>In a pid namespace of its own, as in a container.</summary>
    public bool AsPid1 { get; init; }

    /// <summary>A command that starts the service and that the service takes the place of (exec).</summary>
    public string[] StartedBy { get; init; } = [];

    /// <summary>False: nobody reads its standard output, so the pipe fills.</summary>
    public bool ReadOutput { get; init; } = true;

    /// <summary>A second port that speaks HTTP/2 without TLS.</summary>
    public bool Http2 { get; init; }

    /// <summary>A port that is not free, for instance.</summary>
    public int? Port { get; init; }

    /// <summary>Where appsettings.json is; the service's own folder if not given.</summary>
    public string? WorkingDirectory { get; init; }
}
