namespace GracefulTemplates.Tests.Pack;

/// <summary>Project names as people choose them, and what becomes of them. Stock templates build under all of them.</summary>
public static class Names
{
    /// <summary>For letters that Kubernetes does not allow: made up anew each time, so that no two services get the same.</summary>
    private const string Unique = "-[0-9a-f]{6}";

    /// <summary>By the name: the root namespace, and a pattern for the name in Kubernetes.</summary>
    public static IReadOnlyDictionary<string, (string Namespace, string KubernetesName)> All { get; } = new Dictionary<string, (string, string)>
    {
        ["Order"] = ("Order", "order"),
        ["My-Shop.Api"] = ("My_Shop.Api", "my-shop-api"),
        ["My.Shop-Api"] = ("My.Shop_Api", "my-shop-api"),
        ["order service"] = ("order_service", "order-service"),
        ["my shop-1"] = ("my_shop_1", "my-shop-1"),
        ["a.b-c.d_e"] = ("a.b_c.d_e", "a-b-c-d-e"),
        ["Orders2"] = ("Orders2", "orders-2"),
        ["A..B"] = ("A.B", "a-b"),
        ["Eighty.Letters.That.Somebody.Made.Of.The.Whole.Organisation.Chart.Of.A.Big.Company"] =
            ("Eighty.Letters.That.Somebody.Made.Of.The.Whole.Organisation.Chart.Of.A.Big.Company",
             "eighty-letters-that-some-tion-chart-of-a-big-company"),
        // Digits first.
        ["9"] = ("_9", "app-9"),
        ["2026.Shop"] = ("_2026.Shop", "app-2026-shop"),
        ["Acme.3d"] = ("Acme._3d", "acme-3-d"),
        // Other scripts.
        ["订单"] = ("订单", "graceful-app" + Unique),
        ["支付"] = ("支付", "graceful-app" + Unique),
        ["订单服务"] = ("订单服务", "graceful-app" + Unique),
        ["aspire_龦唉丂荳_1ᥕ项目1"] = ("aspire_龦唉丂荳_1ᥕ项目1", "aspire-1-1" + Unique),
        ["Café.Überweisung"] = ("Café.Überweisung", "caf-berweisung" + Unique),
        ["Заказы.Api"] = ("Заказы.Api", "api" + Unique),
        // Keywords, types, and what a compiler knows besides.
        ["new"] = ("_new", "new"),
        ["Acme.class"] = ("Acme._class", "acme-class"),
        ["Acme.Task"] = ("Acme._Task", "acme-task"),
        ["Acme.Console"] = ("Acme._Console", "acme-console"),
        ["Acme.Environment.Api"] = ("Acme._Environment.Api", "acme-environment-api"),
        ["Program"] = ("_Program", "program"),
        ["Task"] = ("_Task", "task"),
        ["Acme.System"] = ("Acme.System", "acme-system"),
        // Namespaces and packages that are used here.
        ["System"] = ("System", "system"),
        ["Microsoft"] = ("Microsoft", "microsoft"),
        ["Xunit"] = ("Xunit", "xunit"),
        ["Grpc.AspNetCore"] = ("Grpc.AspNetCore", "grpc-asp-net-core"),
        ["Google.Protobuf"] = ("Google._Protobuf", "google-protobuf"), // It has an IMessage too.
        ["Microsoft.Extensions.Logging"] = ("Microsoft._Extensions.Logging", "microsoft-extensions-logging"), // It has a namespace Console.
        ["OpenTelemetry"] = ("OpenTelemetry", "open-telemetry"),
        ["OpenTelemetry.Trace"] = ("OpenTelemetry._Trace", "open-telemetry-trace"), // It has a Status too.
        ["DotPulsar"] = ("DotPulsar", "dot-pulsar"),
        ["IronSnappy"] = ("IronSnappy", "iron-snappy"), // A package of that very name.
        ["ZstdSharp"] = ("ZstdSharp", "zstd-sharp"), // An assembly of that very name.
        // Words of YAML, and names that are taken.
        ["No"] = ("No", "no-app"),
        ["True"] = ("True", "true-app"),
        ["Null"] = ("Null", "null-app"),
        ["Dashboard"] = ("Dashboard", "dashboard-app"),
        ["Default"] = ("Default", "default-app"),
        ["Kubernetes"] = ("Kubernetes", "kubernetes-app"),
        ["Pulsar"] = ("Pulsar", "pulsar-app"),
        // Characters that mean something in XML, MSBuild, YAML, shells or Docker.
        ["R&D"] = ("R_D", "r-and-d"),
        ["a;b"] = ("a_b", "a-b"),
        ["it's 100%"] = ("it_s_100_", "it-s-100"),
        ["a$b@c"] = ("a_b_c", "a-b-c"),
        ["C#"] = ("C_", "c-sharp"),
        ["C++"] = ("C__", "c-plus-plus"),
        ["a<b>`c`"] = ("a_b__c_", "a-b-c"),
    };
}
