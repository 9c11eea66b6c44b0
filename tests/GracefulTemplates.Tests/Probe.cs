namespace GracefulTemplates.Tests;

/// <summary>A template of one line with the symbols of a real one: shows what a token becomes, wherever the real one uses it.</summary>
/// <remarks>Not in a sandbox: <c>dotnet new install .</c> would find what a failed test left there, under the real one's name.</remarks>
public sealed class Probe : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graceful-probe-");
    private readonly Engine _engine;
    private readonly string _template;
    private int _renderings;

    public Probe(string template, string line)
    {
        var config = Repository.Config(template);
        foreach (var part in (string[])["sources", "primaryOutputs", "postActions"])
            config.Remove(part);
        File.WriteAllText(Path.Combine(_folder.CreateSubdirectory(".template.config").FullName, "template.json"), config.ToJsonString());
        File.WriteAllText(Path.Combine(_folder.FullName, "line.txt"), line);
        (_engine, _template) = (new Engine(_folder.FullName), template);
    }

    /// <summary>What the line becomes in a project of this name.</summary>
    public string Render(string name, params (string Parameter, string Value)[] parameters)
    {
        var output = Path.Combine(_folder.FullName, "bin", $"{++_renderings}"); // bin: no part of the template
        Assert.Null(_engine.Instantiate(_template, name, output, parameters.ToDictionary(p => p.Parameter, p => (string?)p.Value)));
        return File.ReadAllText(Path.Combine(output, "line.txt"));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
