using System.Text;
using Pipeline.Intake;

namespace Pipeline.Tests.Intake;

[TestClass]
public sealed class EncodingTests
{
    private static readonly IntakeOptions TextsOnly = new() { CreatedColumn = "none", TextColumns = ["text"] };

    static EncodingTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [TestMethod]
    [DataRow("windows-1252", "Der Drucker im Büro für Gäste ist gestört")]
    [DataRow("windows-1252", "L'imprimante du troisième étage n'est pas connectée à l'hôte")]
    [DataRow("windows-1252", "Solicitação de instalação não concluída após a atualização")]
    [DataRow("windows-1252", "La contraseña del año pasado no funcionó – “error” 5 €")]
    [DataRow("windows-1252", "Skrivaren på våning två är trasig, går ej att använda")]
    [DataRow("windows-1250", "Drukarka na piętrze nie działa, proszę o pomoc, błąd połączenia")]
    [DataRow("windows-1250", "Tiskárna ve třetím patře netiskne, žádám o opravu, děkuji")]
    [DataRow("windows-1250", "A nyomtató nem működik, kérem a hibát kijavítani, sürgős, idő: hétfő")]
    [DataRow("windows-1251", "Принтер на третьем этаже не печатает, помогите пожалуйста")]
    [DataRow("shift_jis", "プリンターが印刷できません。パスワードを忘れました。")]
    [DataRow("gb18030", "三楼的打印机无法打印，请尽快处理，谢谢。密码过期后不能登录系统")]
    [DataRow("utf-16LE", "Drücker 日本")]
    [DataRow("utf-16BE", "Drücker 日本")]
    public void A_code_page_is_recognised_where_its_bytes_are_clear(string name, string text)
    {
        string content = "number;text\n" + string.Concat(Enumerable.Range(0, 50).Select(i => i % 3 == 0 ? $"{i};{text}\n" : $"{i};plain text of row {i}\n"));
        byte[] bytes = Encoding.GetEncoding(name).GetBytes(content);

        List<IntakeRow> rows = Read(bytes, TextsOnly);

        rows.ShouldAllBe(row => row.Incident != null);
        rows[3].Incident!.Texts.ShouldBe([text]);
        Read(bytes, TextsOnly with { Encoding = name })[3].Incident!.Texts.ShouldBe([text]);
    }

    [TestMethod]
    [DataRow("ibm850", "Der Drucker im Büro für Gäste ist gestört")]
    [DataRow("koi8-r", "Принтер на третьем этаже не печатает")]
    [DataRow("euc-kr", "프린터가 인쇄되지 않습니다 비밀번호를 잊어버렸습니다")]
    public void Another_code_page_is_asked_for_and_read_when_it_is_named(string name, string text)
    {
        byte[] bytes = Encoding.GetEncoding(name).GetBytes("number;text\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i};{text}\n")));

        IntakeException error = Should.Throw<IntakeException>(() => Read(bytes, TextsOnly));

        error.IsUsageError.ShouldBeTrue();
        error.Message.ShouldContain("50 of 51 lines");
        error.Message.ShouldContain("--encoding");
        Read(bytes, TextsOnly with { Encoding = name })[7].Incident!.Texts.ShouldBe([text]);
    }

    [TestMethod]
    public void Bytes_that_mean_nothing_in_the_named_encoding_are_an_error_for_the_file()
    {
        byte[] bytes = [.. "number;text\n1;"u8, 0x83, 0x01, .. "\n"u8];
        Should.Throw<IntakeException>(() => Read(bytes, TextsOnly with { Encoding = "shift_jis" })).Message.ShouldContain("--encoding");
        Should.Throw<IntakeException>(() => Read(bytes, TextsOnly with { Encoding = "klingon" })).Message.ShouldContain("There is no encoding 'klingon'");
    }

    private static List<IntakeRow> Read(byte[] bytes, IntakeOptions options) => [.. new IncidentReader(options).Read(new MemoryStream(bytes))];
}
