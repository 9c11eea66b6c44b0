namespace GracefulTemplates.Tests.Pack;

/// <summary>The texts of a user's that a template writes into other people's syntaxes, as they have to arrive there.</summary>
/// <param name="Name">Of the project.</param>
/// <param name="Namespace">What is made from it in C#.</param>
/// <param name="Kubernetes">The name in Kubernetes, Docker Compose and Pulsar.</param>
/// <param name="Registry">With its slash.</param>
/// <param name="Assembly">Not the project's name where a package has that.</param>
internal sealed record UserText(string Name, string Namespace, string Kubernetes, string Registry, string Assembly)
{
    // Words that are nowhere else, each different from the others, and the same in every syntax.
    private static readonly UserText Plain = new("Zz-name", "Zz_name", "zz-kubernetes", "zz.registry/zz/", "Zz-name");

    private static readonly Dictionary<string, Lazy<IReadOnlyList<(string Name, IReadOnlyList<string> Scalars)>>> PlainFiles =
        Repository.Templates.ToDictionary(template => template, template => new Lazy<IReadOnlyList<(string, IReadOnlyList<string>)>>(() => Generate(template)));

    /// <summary>Where a file does not say with these texts what it says with plain ones. So every place is looked at, whoever put it there.</summary>
    public IEnumerable<string> Problems(string template, string folder)
    {
        var plain = PlainFiles[template].Value.ToDictionary(file => In(file.Name), file => file.Scalars.Select(In).ToList());
        var files = Repository.FilesBelow(folder);
        return
        [
            .. from file in files.Except(plain.Keys) select $"{file} is not there under a plain name",
            .. from file in plain.Keys.Except(files) select $"{file} is there under a plain name",
            .. from file in files.Intersect(plain.Keys)
               let scalars = WithoutAssemblyName(Scalars.Of(file, File.ReadAllText(Path.Combine(folder, file))))
               from problem in scalars.Length == plain[file].Count
                   ? from pair in scalars.Zip(plain[file]) where pair.First != pair.Second select $"says '{pair.First}' in place of '{pair.Second}'"
                   : [$"has {scalars.Length} names and values, and under a plain name {plain[file].Count}"]
               select $"{file} {problem}",
        ];
    }

    // The service's, or that of its tests. There is none under a plain name.
    private string[] WithoutAssemblyName(IReadOnlyList<string> scalars) =>
        [.. scalars.Where((scalar, i) => scalar != "AssemblyName" && (i == 0 || scalars[i - 1] != "AssemblyName" || (scalar != Assembly && scalar != "$(RootNamespace)")))];

    private string In(string plain) => plain
        .Replace($"{Plain.Name}.dll", $"{Assembly}.dll").Replace(Plain.Name, Name).Replace(Plain.Namespace, Namespace).Replace(Plain.Kubernetes, Kubernetes).Replace(Plain.Registry, Registry);

    private static IReadOnlyList<(string, IReadOnlyList<string>)> Generate(string template)
    {
        using var sandbox = Sandbox.For($"plain-text/{template}");
        var folder = sandbox.Generate(template, Plain.Name, "--kubernetes-name", Plain.Kubernetes, "--image-registry", Plain.Registry);
        var files = Repository.FilesBelow(folder).Select(file => (file, Scalars.Of(file, File.ReadAllText(Path.Combine(folder, file))))).ToList();
        sandbox.Passed();
        return files;
    }
}
