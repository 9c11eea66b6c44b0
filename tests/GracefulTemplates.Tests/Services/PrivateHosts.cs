using System.Diagnostics;

namespace GracefulTemplates.Tests.Services;

/// <summary>Names that only one process can resolve, for as long as the test wants: a mount namespace with an /etc/hosts of its own.</summary>
internal sealed class PrivateHosts : IDisposable
{
    public const string Name = "broker.test";

    private readonly string _folder = Directory.CreateTempSubdirectory("graceful-hosts-").FullName;

    public PrivateHosts()
    {
        Forget();
        File.WriteAllText(Path.Combine(_folder, "nsswitch.conf"), "hosts: files\n"); // No name server is asked: it could take its time.
    }

    private string HostsFile => Path.Combine(_folder, "hosts");

    /// <summary>What starts a process that sees them, for <see cref="ServiceStart.StartedBy"/>.</summary>
    public string[] Command =>
    [
        "unshare", .. Environment.UserName == "root" ? Array.Empty<string>() : ["--user", "--map-root-user"], "--mount",
        "sh", "-c", """mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf && exec "$@" """, _folder,
    ];

    /// <summary>From now on the name is the loopback address. Written in place: the mount is of this very file.</summary>
    public void Resolve() => File.WriteAllText(HostsFile, $"127.0.0.1 localhost {Name}\n");

    /// <summary>From now on there is no such name.</summary>
    public void Forget() => File.WriteAllText(HostsFile, "127.0.0.1 localhost\n");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static bool ArePossible()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        using var hosts = new PrivateHosts();
        hosts.Resolve();
        using var probe = Process.Start("env", [.. hosts.Command, "getent", "hosts", Name]);
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }
}

/// <summary>A test that needs a mount namespace; containers often forbid to make one.</summary>
internal sealed class PrivateHostsFactAttribute : FactAttribute
{
    public PrivateHostsFactAttribute() => Skip = PrivateHosts.ArePossible() ? null : "No mount namespace with an /etc/hosts of its own can be made here (unshare, mount).";
}
