using GracefulTemplates.Tests.Kubernetes;

namespace GracefulTemplates.Tests.Pack;

/// <summary>Numbers that cannot work are refused when the project is made, not when it is first stopped.</summary>
public sealed class GuardTests
{
    public static TheoryData<string, string> EveryTemplateWithNumbersThatDoNotFit => EveryTemplate.With(
    [
        "--grace-seconds 13", "--grace-seconds 18 --prestop-seconds 5", "--grace-seconds 0", "--grace-seconds -45", "--grace-seconds 86401", "--prestop-seconds -1",
        "--prestop-seconds 32", "--prestop-seconds 90000", "--grace-seconds 60 --prestop-seconds 47",
        // The delay of gRPC is 7 s longer: the guard is that much higher.
        "--grace-seconds 25 +grpc", "--grace-seconds 20 --prestop-seconds 0 +grpc", "--prestop-seconds 25 +grpc",
    ], where: Knows);

    public static TheoryData<string, string> EveryTemplateWithNumbersThatJustFit => EveryTemplate.With(
    [
        "--grace-seconds 26", "--grace-seconds 86400", "--prestop-seconds 24", "--grace-seconds 21 --prestop-seconds 0",
        "--grace-seconds 19 -grpc", "--prestop-seconds 31 -grpc", "--grace-seconds 14 --prestop-seconds 0 -grpc",
    ], where: Knows);

    [Theory, MemberData(nameof(EveryTemplateWithNumbersThatDoNotFit))]
    public void Numbers_that_do_not_fit_are_refused_with_one_reason_and_nothing_is_written(string template, string options)
    {
        using var sandbox = Sandbox.For($"refused/{template}/{options}");

        var refusal = sandbox.Refusal(template, "Shop", Of(options));

        Assert.True(refusal is "MissingMandatoryParam: graceRange" or "MissingMandatoryParam: preStopRange",
            sandbox.Report("The engine's answer:", refusal ?? "none, it went ahead"));
        Assert.Empty(Repository.FilesBelow(Path.Combine(sandbox.Folder, "Shop")));
        sandbox.Passed();
    }

    [Theory, MemberData(nameof(EveryTemplateWithNumbersThatJustFit))]
    public void Numbers_that_just_fit_are_accepted(string template, string options)
    {
        using var sandbox = Sandbox.For($"accepted/{template}/{options}");

        Assert.Null(sandbox.Refusal(template, "Shop", Of(options)));
        sandbox.Passed();
    }

    // The worker has no preStop: nothing routes to it.
    private static bool Knows(string template, string options) =>
        (!options.Contains("--prestop-seconds") || CommandLine.OptionOf(template, "preStopSeconds") is not null)
        && !options.EndsWith($"{(new GeneratedService("", template).Has("grpc") ? '-' : '+')}grpc", StringComparison.Ordinal);

    private static string[] Of(string options) => [.. options.Split(' ').Where(option => option is not ("+grpc" or "-grpc"))];
}
