using System.Reflection;

namespace Graceful.Service_1.Crowd;

/// <summary>Implements an interface of a package that is there when the project is built, but not when it runs, as EF Core's design package is.</summary>
internal sealed class MissingInterface : Rebus.Handlers.IHandleMessages<string>
{
    public Task Handle(string message) => Task.CompletedTask;
}

/// <summary>Is even derived from a type that is not there.</summary>
internal sealed class MissingBase() : Rebus.Exceptions.RebusApplicationException("never");

internal static class MissingTypes
{
    public static string Load()
    {
        try
        {
            return $"{Assembly.GetExecutingAssembly().GetTypes().Length} types";
        }
        catch (ReflectionTypeLoadException e)
        {
            return $"{e.LoaderExceptions.Length} cannot be loaded";
        }
    }
}
