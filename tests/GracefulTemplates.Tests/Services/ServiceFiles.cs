namespace GracefulTemplates.Tests.Services;

/// <summary>The files a test and its service share.</summary>
internal sealed class ServiceFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("graceful-").FullName;

    public string ReportPath => Path.Combine(_folder, "report");
    public string GatePath => Path.Combine(_folder, "gate");

    public void OpenGate() => File.WriteAllText(GatePath, "");

    /// <summary>The report; empty when there is none.</summary>
    public string Report() => File.Exists(ReportPath) ? File.ReadAllText(ReportPath) : "";

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
