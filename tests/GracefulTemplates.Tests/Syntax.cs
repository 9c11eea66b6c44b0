using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GracefulTemplates.Tests;

/// <summary>Parses a generated file with the parser of its kind.</summary>
public static class Syntax
{
    /// <summary>Why the file cannot be read by whoever it is for.</summary>
    public static IEnumerable<string> Problems(string file, string text) => Path.GetExtension(file) switch
    {
        ".cs" => CSharpSyntaxTree.ParseText(text).GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => diagnostic.ToString()),
        ".csproj" or ".props" or ".targets" or ".slnx" or ".xml" => Failure<XmlException>(() => XDocument.Parse(text)),
        ".json" => Failure<JsonException>(() => JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false })),
        ".yaml" or ".yml" => Failure<YamlException>(() => new YamlStream().Load(new StringReader(text))),
        _ => [],
    };

    private static IEnumerable<string> Failure<TException>(Action parse) where TException : Exception
    {
        try
        {
            parse();
            return [];
        }
        catch (TException exception)
        {
            return [exception.Message];
        }
    }
}
