namespace Pipeline.Clustering.Tests.Text;

[TestClass]
public sealed class SurfaceFormsTests
{
    [TestMethod]
    [DataRow("sap gui", "Crash of SAP GUI|the SAP GUI hangs|my sap gui", "SAP GUI")]
    [DataRow("power bi report", "a Power BI report|Report in Power BI|old report", "Power BI report")]
    [DataRow("printer jam", "Printer jam|Printer broken, the printer|a jam", "printer jam")]
    [DataRow("vpn down", "THE VPN IS DOWN|a VPN is down", "VPN down")]
    [DataRow("acceso red", "Sin acceso a red|acceso a red", "acceso a red")]
    [DataRow("problème d' accès", "un problème d'accès|le problème d’accès", "problème d'accès")]
    [DataRow("打印机 卡纸", "新打印机卡纸", "打印机卡纸")]
    [DataRow("red blue", "blue and red", "red blue")]
    public void A_phrase_is_written_as_the_texts_write_it(string words, string texts, string expected)
    {
        SurfaceForms forms = new(texts.Split('|'));
        forms.Write(words.Split(' '), forms).ShouldBe(expected);
    }

    [TestMethod]
    public void Where_the_texts_do_not_tell_the_others_do() =>
        new SurfaceForms(["Lan slow"]).Write(["lan", "slow"], new SurfaceForms(["the LAN"])).ShouldBe("LAN slow");
}
