using System.Globalization;

namespace Pipeline.Cli.Tests.Support;

/// <summary>CSV files of a few plain problems, one line a row, for tests that look at single rows.</summary>
internal static class PlainCsv
{
    public const string Header = "number,opened_at,sys_updated_on,short_description,description,assignment_group";

    private static readonly string[] Problems =
    [
        "Printer on floor {0} does not print after the update",
        "VPN connection drops every {0} minutes at home",
        "Outlook cannot send mail with attachment {0}",
        "Password reset needed for payroll account {0}",
    ];

    /// <summary>The row's number.</summary>
    public static string Number(int row) => string.Create(CultureInfo.InvariantCulture, $"INC{row:0000000}");

    /// <summary>The row's text; every 36th row has the same.</summary>
    public static string Text(int row) => string.Format(CultureInfo.InvariantCulture, Problems[row % 4], row % 9);

    /// <summary>A row, from 1, without a line end.</summary>
    public static string Row(int row, string? created = null, string updated = "2026-06-01 00:00:00", string? text = null)
    {
        string date = created ?? string.Create(CultureInfo.InvariantCulture, $"2026-0{1 + (row % 6)}-{1 + (row % 28):00} 10:00:00");
        return $"{Number(row)},{date},{updated},{text ?? Text(row)},,Workplace";
    }

    /// <summary>The header and these rows as the text of a file.</summary>
    public static string Of(IEnumerable<string> rows) => string.Join('\n', rows.Prepend(Header)) + '\n';
}
