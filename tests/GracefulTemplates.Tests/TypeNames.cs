using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace GracefulTemplates.Tests;

/// <summary>What C# looks up by a simple name in a generated project: a namespace of the same name would be found first.</summary>
public static class TypeNames
{
    /// <summary>The names of the types that the sources use, and what they call by a namespace.</summary>
    public static (IReadOnlySet<string> Types, IReadOnlyList<string> Namespaces) Of(CSharpCompilation compilation)
    {
        var types = compilation.Assembly.GlobalNamespace.GetTypeMembers().Select(type => type.Name).Where(name => !name.StartsWith('<')).ToHashSet();
        List<string> namespaces = [];
        foreach (var tree in compilation.SyntaxTrees)
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>().Where(IsLookedUp))
                switch (SymbolOf(model, name))
                {
                    case { } own when IsNearest(own, model.GetEnclosingSymbol(name.SpanStart)):
                        break;
                    case INamedTypeSymbol:
                        types.Add(name.Identifier.ValueText);
                        break;
                    case INamespaceSymbol when !tree.FilePath.Contains("/obj/"):
                        namespaces.Add($"{Path.GetFileName(tree.FilePath)}: {name.Parent}");
                        break;
                }
        }
        return (types, namespaces);
    }

    // Not the right side of a dot, and not where a name is resolved from the top or is being given.
    private static bool IsLookedUp(SimpleNameSyntax name) => !name.IsVar && name.Parent switch
    {
        QualifiedNameSyntax qualified => qualified.Left == name && !IsInUsingOrNamespace(qualified),
        MemberAccessExpressionSyntax access => access.Expression == name,
        MemberBindingExpressionSyntax or AliasQualifiedNameSyntax or NameColonSyntax or NameEqualsSyntax => false,
        var parent => !IsInUsingOrNamespace(parent!),
    };

    private static bool IsInUsingOrNamespace(SyntaxNode node) =>
        node.AncestorsAndSelf().Any(ancestor => ancestor is UsingDirectiveSyntax
            || (ancestor is BaseNamespaceDeclarationSyntax declaration && declaration.Name.Span.Contains(node.Span)));

    private static ISymbol? SymbolOf(SemanticModel model, SimpleNameSyntax name)
    {
        var info = model.GetSymbolInfo(name);
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        return symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } attribute ? attribute.ContainingType : symbol;
    }

    // Of an enclosing type, or of the innermost namespace: C# looks there first.
    private static bool IsNearest(ISymbol symbol, ISymbol? place)
    {
        while (place is not null and not INamespaceSymbol)
        {
            if (place is INamedTypeSymbol && SymbolEqualityComparer.Default.Equals(symbol.ContainingSymbol, place))
                return true;
            place = place.ContainingSymbol;
        }
        return place is INamespaceSymbol { IsGlobalNamespace: false } && SymbolEqualityComparer.Default.Equals(symbol.ContainingSymbol, place);
    }
}
