namespace Pipeline.Infra.Tests.Kusto;

/// <summary>The columns of Application Insights' tables under the names that a query in the scope of the resource sees, after the vendor's reference (read in November 2026).</summary>
internal static class InsightsTables
{
    private const string OfAll =
        "timestamp: datetime, itemId: string, itemType: string, customDimensions: dynamic, "
        + "operation_Name: string, operation_Id: string, operation_ParentId: string, operation_SyntheticSource: string, "
        + "session_Id: string, user_Id: string, user_AuthenticatedId: string, user_AccountId: string, application_Version: string, "
        + "client_Type: string, client_Model: string, client_OS: string, client_IP: string, client_City: string, "
        + "client_StateOrProvince: string, client_CountryOrRegion: string, client_Browser: string, "
        + "cloud_RoleName: string, cloud_RoleInstance: string, appId: string, appName: string, iKey: string, sdkVersion: string";

    private const string OfItems = $"{OfAll}, itemCount: int, customMeasurements: dynamic";

    // That success is text and no bool is so: Kusto compares the two.
    private const string OfCalls = $"{OfItems}, id: string, name: string, success: string, resultCode: string, duration: real, performanceBucket: string";

    /// <summary>The tables, as Kusto writes their columns.</summary>
    public static IReadOnlyDictionary<string, string> Columns { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["requests"] = $"({OfCalls}, source: string, url: string)",
        ["dependencies"] = $"({OfCalls}, target: string, type: string, data: string)",
        ["availabilityResults"] = $"({OfItems}, id: string, name: string, location: string, success: string, message: string, duration: real, performanceBucket: string, size: real)",
        ["customMetrics"] = $"({OfAll}, name: string, value: real, valueCount: int, valueSum: real, valueMin: real, valueMax: real, valueStdDev: real)",
        ["customEvents"] = $"({OfItems}, name: string)",
        ["traces"] = $"({OfItems}, message: string, severityLevel: int)",
        ["exceptions"] = $"({OfItems}, problemId: string, handledAt: string, type: string, message: string, assembly: string, method: string, "
            + "outerType: string, outerMessage: string, outerAssembly: string, outerMethod: string, "
            + "innermostType: string, innermostMessage: string, innermostAssembly: string, innermostMethod: string, severityLevel: int, details: dynamic)",
    };
}
