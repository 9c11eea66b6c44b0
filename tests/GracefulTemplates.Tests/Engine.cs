using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.TemplateEngine.Abstractions;
using Microsoft.TemplateEngine.Abstractions.Installer;
using Microsoft.TemplateEngine.Core.Util;
using Microsoft.TemplateEngine.Edge;
using Microsoft.TemplateEngine.Edge.Settings;
using Microsoft.TemplateEngine.Edge.Template;

namespace GracefulTemplates.Tests;

/// <summary>The template engine of the SDK inside this process: about 0.2 s for a project instead of 1 s and more.</summary>
/// <remarks>Its assemblies are not a public package, so nothing else in the tests touches them.</remarks>
public sealed class Engine
{
    private static readonly Dictionary<string, Engine> ByHost = [];
    private static readonly Lock OneAtATime = new();

    /// <summary>
    /// What the engine has compiled for a run, and keeps by a key that never comes again: 4 MB each. With 3 GB of it
    /// in the process, all tests have been seen to stand still for 2 s, and one that looks at a clock failed.
    /// </summary>
    private static readonly IReadOnlyList<IDictionary> Kept =
    [
        .. typeof(ProcessorState).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(field => field.GetValue(null)).OfType<IDictionary>(),
    ];

    private readonly EngineEnvironmentSettings _settings;
    private readonly IReadOnlyList<ITemplateInfo> _templates;

    /// <summary>An engine with the templates below <paramref name="source"/> that believes to run in <paramref name="host"/>.</summary>
    public Engine(string source, string host = "dotnetcli")
    {
        (Type, IIdentifiedComponent)[] components =
        [
            .. Components.AllComponents,
            .. Microsoft.TemplateEngine.Orchestrator.RunnableProjects.Components.AllComponents,
        ];
        _settings = new EngineEnvironmentSettings(
            new DefaultTemplateEngineHost(host, "1.0.0", builtIns: components, loggerFactory: NullLoggerFactory.Instance),
            virtualizeSettings: true);
        _templates = LoadAsync(source).GetAwaiter().GetResult();
    }

    /// <summary>The engine for this repository's templates, one per host.</summary>
    public static Engine For(string host = "dotnetcli")
    {
        lock (ByHost)
        {
            if (!ByHost.TryGetValue(host, out var engine))
                ByHost[host] = engine = new Engine(Repository.TemplatesFolder, host);
            return engine;
        }
    }

    /// <summary>Writes the template's output into <paramref name="folder"/>; returns the engine's message when it refuses.</summary>
    /// <param name="name">What <c>-n</c> would say; without it the engine takes the name of the folder.</param>
    /// <param name="parameters">By the names of template.json, not by those of the command line.</param>
    public string? Instantiate(string shortName, string? name, string folder, IReadOnlyDictionary<string, string?> parameters)
    {
        var template = _templates.Single(known => known.ShortNameList.Contains(shortName));
        lock (OneAtATime)
        {
            var result = new TemplateCreator(_settings)
                .InstantiateAsync(template, name, fallbackName: Path.GetFileName(folder), folder, new InputDataSet(template, parameters))
                .GetAwaiter().GetResult();
            foreach (var kept in Kept) kept.Clear();
            return result.Status == CreationResultStatus.Success ? null : $"{result.Status}: {result.ErrorMessage}";
        }
    }

    /// <summary>Everything the engine has to say about the templates below a folder, in every culture they have.</summary>
    public static async Task<IReadOnlyList<string>> FindingsAsync(string source)
    {
        var engine = new Engine(source);
        using var scan = await new Scanner(engine._settings).ScanAsync(source, CancellationToken.None);
        return
        [
            .. from template in scan.Templates
               from finding in template.ValidationErrors
               select $"{template.Identity}: {finding.Severity} {finding.Code} {finding.ErrorMessage}",
            .. from template in scan.Templates
               from translation in template.Localizations
               from finding in translation.Value.ValidationErrors
               select $"{template.Identity} {translation.Key}: {finding.Severity} {finding.Code} {finding.ErrorMessage}",
        ];
    }

    private async Task<IReadOnlyList<ITemplateInfo>> LoadAsync(string source)
    {
        var packages = new TemplatePackageManager(_settings);
        var installed = await packages.GetBuiltInManagedProvider(InstallationScope.Global)
            .InstallAsync([new InstallRequest(source)], CancellationToken.None);
        if (installed.FirstOrDefault(result => !result.Success) is { } failure)
            throw new InvalidOperationException($"{source} cannot be installed: {failure.ErrorMessage}");
        return await packages.GetTemplatesAsync(CancellationToken.None);
    }
}
