namespace Rollout.Targets;

/// <summary>The folder Peers: source that goes into generated projects.</summary>
internal static class Peers
{
    /// <summary>Puts a file into a folder, in the place of one of the same name.</summary>
    public static void Copy(string file, string folder) =>
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Peers", file), Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
}
