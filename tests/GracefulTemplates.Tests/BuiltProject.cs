using System.Reflection;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace GracefulTemplates.Tests;

/// <summary>A project that has been built: what the compiler needs to look at it, or at the same project under another name, in a second.</summary>
/// <param name="Folder">src/Shop, say.</param>
public sealed record BuiltProject(string Folder)
{
    private static readonly string[] Frameworks = ["Microsoft.NETCore.App.Ref", "Microsoft.AspNetCore.App.Ref"];

    private static readonly string Packs =
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "packs"));

    private static readonly Lazy<IReadOnlyDictionary<string, MetadataReference>> Framework = new(() => (
        from file in FilesOf("ref", "net10.0")
        group file by Path.GetFileName(file)).ToDictionary(files => files.Key, files => (MetadataReference)MetadataReference.CreateFromFile(files.First())));

    // The SDK leaves these two out unless a project asks for them (PublishAot does).
    private static readonly string[] NotByDefault = ["Microsoft.AspNetCore.Http.RequestDelegateGenerator.dll", "Microsoft.Extensions.Configuration.Binder.SourceGeneration.dll"];

    // As the SDK sets it for the generators that it brings.
    private static readonly CSharpParseOptions Options =
        CSharpParseOptions.Default.WithFeatures([new("InterceptorsNamespaces", "Microsoft.AspNetCore.Http.Generated;Microsoft.Extensions.Validation.Generated")]);

    private static readonly Lazy<IReadOnlyList<ISourceGenerator>> Generators = new(() =>
    [
        .. from file in FilesOf("analyzers", "dotnet", "cs")
           where !NotByDefault.Contains(Path.GetFileName(file))
           from generator in new AnalyzerFileReference(file, new Loader()).GetGenerators(LanguageNames.CSharp)
           select generator,
    ]);

    private readonly Lazy<IReadOnlyList<MetadataReference>> _references = new(() =>
    [
        .. Framework.Value.Values,
        .. from file in Directory.GetFiles(Path.Combine(Folder, "bin", "Debug", "net10.0"), "*.dll")
           let name = Path.GetFileName(file)
           where !Framework.Value.ContainsKey(name) && !File.Exists(Path.Combine(Folder, "obj", "Debug", "net10.0", "ref", name))
           select MetadataReference.CreateFromFile(file),
    ]);

    /// <summary>Its own sources, without what generators add to them.</summary>
    public CSharpCompilation Compilation => CompilationOf(Folder, text => text, null);

    /// <summary>The namespaces of the packages, those of what packages need among them.</summary>
    public IEnumerable<string> NamespacesOfPackages
    {
        get
        {
            var compilation = CSharpCompilation.Create("packages", references: _references.Value);
            return from reference in _references.Value.Except(Framework.Value.Values)
                   where compilation.GetAssemblyOrModuleSymbol(reference) is IAssemblySymbol
                   from name in In(((IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(reference)!).GlobalNamespace)
                   select name;

            static IEnumerable<string> In(INamespaceSymbol parent) => parent.GetNamespaceMembers().SelectMany(child =>
                child.GetTypeMembers().Any(type => type.DeclaredAccessibility == Accessibility.Public) ? In(child).Prepend($"{child}") : In(child));
        }
    }

    /// <summary>Another folder's sources with this one's packages, with what was generated from its .proto files, and what generators add.</summary>
    /// <param name="project">The project under another name, not built.</param>
    /// <param name="rename">Puts the other name into what was generated here.</param>
    /// <param name="service">The service, when the project is that of its tests.</param>
    public Compilation GeneratedCompilationOf(string project, Func<string, string> rename, Compilation? service)
    {
        CSharpGeneratorDriver.Create(Generators.Value, parseOptions: Options).RunGeneratorsAndUpdateCompilation(CompilationOf(project, rename, service), out var compilation, out _);
        return compilation;
    }

    private CSharpCompilation CompilationOf(string project, Func<string, string> rename, Compilation? service) => CSharpCompilation.Create(
        AssemblyName(project),
        [
            .. from file in Directory.GetFiles(project, "*.cs", SearchOption.AllDirectories)
               where !IsOutput(project, file)
               select CSharpSyntaxTree.ParseText(File.ReadAllText(file), Options, path: file),
            .. from file in Directory.GetFiles(Path.Combine(Folder, "obj"), "*.cs", SearchOption.AllDirectories)
               select CSharpSyntaxTree.ParseText(rename(File.ReadAllText(file)), Options, path: file),
        ],
        service is null
            ? _references.Value
            : [service.ToMetadataReference(), .. _references.Value.Where(known => Path.GetFileNameWithoutExtension(known.Display) + ".Tests" != Path.GetFileName(Folder))],
        // What starts the tests is in a package.
        new CSharpCompilationOptions(service is null ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    private static string AssemblyName(string project) =>
        XDocument.Load(Path.Combine(project, Path.GetFileName(project) + ".csproj")).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileName(project);

    private static IEnumerable<string> FilesOf(params string[] folder) =>
        from pack in Frameworks
        let newest = Directory.GetDirectories(Path.Combine(Packs, pack), "10.*").Order(StringComparer.Ordinal).Last()
        from file in Directory.GetFiles(Path.Combine([newest, .. folder]), "*.dll")
        select file;

    private static bool IsOutput(string project, string file) =>
        Path.GetRelativePath(project, file).Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj";

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
