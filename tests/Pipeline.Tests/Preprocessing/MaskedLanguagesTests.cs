using CsvHelper;
using CsvHelper.Configuration;
using Pipeline.Preprocessing;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Preprocessing;

/// <summary>Secrets, accounts and names in the ten languages whose labels are known, and texts in them that must not change.</summary>
[TestClass]
public sealed class MaskedLanguagesTests
{
    private static readonly Masker Default = new(MaskingRules.Default);

    [TestMethod]
    [DataRow("DB_PASSWORD=geheim", "DB_PASSWORD=<secret>")]
    [DataRow("the password of the user is Winter24", "the password of the user is <secret>")]
    [DataRow("pin is 4821", "pin is <secret>")]
    [DataRow("my password: \"correct horse\" fails", "my password: \"<secret>\" fails")]
    [DataRow("password -> Hunter22", "password -> <secret>")]
    [DataRow("senha provisória: Mudar@123", "senha provisória: <secret>")]
    [DataRow("mon mot de passe c'est Azerty123", "mon mot de passe c'est <secret>")]
    [DataRow("Passwort lautet Sommer2024! bitte", "Passwort lautet <secret> bitte")]
    [DataRow("Passwort lautet geheimnis bitte", "Passwort lautet <secret> bitte")]
    [DataRow("Kennwort (neu): abcdef", "Kennwort (neu): <secret>")]
    [DataRow("mot de passe : Ete2024!", "mot de passe : <secret>")]
    [DataRow("le mot de passe est Ete2024!", "le mot de passe est <secret>")]
    [DataRow("la contraseña es Verano2024!", "la contraseña es <secret>")]
    [DataRow("CONTRASEÑA: verano", "CONTRASEÑA: <secret>")]
    [DataRow("a senha dele é Inverno2024", "a senha dele é <secret>")]
    [DataRow("palavra-passe: inverno", "palavra-passe: <secret>")]
    [DataRow("la password è Estate2024", "la password è <secret>")]
    [DataRow("wachtwoord: zomer", "wachtwoord: <secret>")]
    [DataRow("hasło: lato2024, hasło to Lato2024x", "hasło: <secret>, hasło to <secret>")]
    [DataRow("密码是 abc12345", "密码是 <secret>")]
    [DataRow("密码:abc12345无法登录", "密码:<secret>无法登录")]
    [DataRow("パスワードは abc12345 です", "パスワードは <secret> です")]
    public void Secrets_are_masked(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("Benutzer: mmuster hat keinen Zugriff", "Benutzer: <user> hat keinen Zugriff")]
    [DataRow("mein Benutzername ist mmuster", "mein Benutzername ist <user>")]
    [DataRow("utilisateur : jdupont", "utilisateur : <user>")]
    [DataRow("nombre de usuario: jgarcia", "nombre de usuario: <user>")]
    [DataRow("usuário: jsilva não entra", "usuário: <user> não entra")]
    [DataRow("nome utente: mrossi", "nome utente: <user>")]
    [DataRow("gebruikersnaam is jjansen", "gebruikersnaam is <user>")]
    [DataRow("użytkownik: akowalska", "użytkownik: <user>")]
    [DataRow("用户名: zhangsan 无法登录", "用户名: <user> 无法登录")]
    [DataRow("ユーザー名はtanakaです", "ユーザー名は<user>です")]
    public void Accounts_are_masked(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("Dear John Smith,\nthe printer fails", "Dear <name>,\nthe printer fails")]
    [DataRow("hi john, the printer fails", "hi <name>, the printer fails")]
    [DataRow("Sehr geehrter Herr Dr. Müller,\nDrucker", "Sehr geehrter Herr Dr. <name>,\nDrucker")]
    [DataRow("Hallo Max!", "Hallo <name>!")]
    [DataRow("Bonjour Marie-Claire,", "Bonjour <name>,")]
    [DataRow("Hola José García:", "Hola <name>:")]
    [DataRow("Olá João,", "Olá <name>,")]
    [DataRow("Gentile Signora Rossi,", "Gentile Signora <name>,")]
    [DataRow("Beste Jan de Vries,", "Beste <name>,")]
    [DataRow("Szanowny Panie Kowalski,", "Szanowny Panie <name>,")]
    [DataRow("尊敬的王先生", "尊敬的<name>先生")]
    [DataRow("田中様\nプリンター", "<name>様\nプリンター")]
    [DataRow("please call Mr. Smith back", "please call Mr. <name> back")]
    public void Names_in_salutations_are_masked(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("Mit freundlichen Grüßen\nMax Mustermann", "Mit freundlichen Grüßen\n<name>")]
    [DataRow("Kind regards, John Smith", "Kind regards, <name>")]
    [DataRow("Many thanks in advance\nSofia Garcia", "Many thanks in advance\n<name>")]
    [DataRow("Vielen Dank im Voraus, Max Mustermann", "Vielen Dank im Voraus, <name>")]
    [DataRow("MfG\ni. A. Erika Mustermann\nEinkauf", "MfG\ni. A. <name>\nEinkauf")]
    [DataRow("Thanks,\nJ. R. O'Neil | Engineering", "Thanks,\n<name> | Engineering")]
    [DataRow("Best regards\nMAX MUSTERMANN", "Best regards\n<name>")]
    [DataRow("Cordialement,\nJean-Pierre Dupont", "Cordialement,\n<name>")]
    [DataRow("Un saludo, María López", "Un saludo, <name>")]
    [DataRow("Atenciosamente,\nJoão da Silva", "Atenciosamente,\n<name>")]
    [DataRow("Cordiali saluti\nMario Rossi", "Cordiali saluti\n<name>")]
    [DataRow("Met vriendelijke groet,\nJan van den Berg", "Met vriendelijke groet,\n<name>")]
    [DataRow("Pozdrawiam\nAnna Kowalska", "Pozdrawiam\n<name>")]
    [DataRow("此致\n王小明", "此致\n<name>")]
    public void Names_in_signatures_are_masked(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("From: John Smith\nhello", "From: <name>\nhello")]
    [DataRow("To: Smith, John <john@x.example>", "To: <name> <<email>>")]
    [DataRow("Von: Max Mustermann", "Von: <name>")]
    [DataRow("De: Marie Dupont", "De: <name>")]
    [DataRow("received from: Anna Kowalska", "received from: <name>")]
    [DataRow("mail received from Anna Kowalska today", "mail received from <name> today")]
    [DataRow("Owner is Anna Kowalska and it fails", "Owner is <name> and it fails")]
    [DataRow("owner is Anna.", "owner is <name>.")]
    [DataRow("assigned to John Smith since noon", "assigned to <name> since noon")]
    [DataRow("gemeldet von Max Mustermann", "gemeldet von <name>")]
    [DataRow("姓名：王小明", "姓名：<name>")]
    [DataRow("Mein Name ist Max Mustermann", "Mein Name ist <name>")]
    public void Names_in_headers_and_sentences_are_masked(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("password reset, reset my password please")]
    [DataRow("password for the portal is not accepted")]
    [DataRow("password reset : SID_37, password error: 0x80070005, password issue: outlook")]
    [DataRow("assigned to Service Desk, assigned to Data Center Team")]
    [DataRow("The password is expired since Monday")]
    [DataRow("Passwort zurücksetzen, Passwort ist abgelaufen")]
    [DataRow("Passwort lautet wie folgt")]
    [DataRow("Passwort: vergessen")]
    [DataRow("mot de passe oublié, le mot de passe est expiré")]
    [DataRow("olvidé la contraseña, contraseña: incorrecta")]
    [DataRow("a senha e o usuário não funcionam, senha expirada")]
    [DataRow("la password non funziona")]
    [DataRow("wachtwoord vergeten, wachtwoord is verlopen")]
    [DataRow("hasło wygasło, zresetować hasło")]
    [DataRow("密码错误, 密码: 错误, 忘记密码 无法登录")]
    [DataRow("パスワードを忘れました, パスワード: 期限切れ")]
    [DataRow("user cannot log in, User: cannot log in")]
    [DataRow("Benutzer kann sich nicht anmelden, Benutzer: unbekannt")]
    [DataRow("Hello team, hi all, dear Sir or Madam,")]
    [DataRow("Hallo zusammen,\nHallo liebes IT-Team,\nSehr geehrte Damen und Herren,")]
    [DataRow("Bonjour à tous, Hola equipo, Olá pessoal, Ciao a tutti,")]
    [DataRow("Windows Hello PIN does not work")]
    [DataRow("Hello screen hangs")]
    [DataRow("Thanks to the update the printer fails")]
    [DataRow("Kind regards\nIT Service Desk")]
    [DataRow("To: field is greyed out in Outlook")]
    [DataRow("assigned by Network Team, received from Service Desk")]
    [DataRow("MS Teams and DR Site are slow")]
    [DataRow("File name: Quarterly Report.xlsx")]
    [DataRow("30 dni, nie 5 mal, ein 12 pan 1234")]
    [DataRow("from version 1.2.3.4 to 1.2.3.5, v1.2.3.4 and Release 4.3.2.1")]
    [DataRow("Version: 10.2.3.4, Firmware-Stand 10.1.0.3")]
    [DataRow("versão 1.2.3.4, versión 1.2.3.4, versione 1.2.3.4, wersja 1.2.3.4, versie 1.2.3.4, 版本 1.2.3.4, バージョン1.2.3.4")]
    [DataRow("SDK 10.0.401 and 8.0.1")]
    [DataRow("0001a0 6339 3235 3565 6235 3935 3130 6536 6630 c9255eb59510e6f0")]
    [DataRow("vendor 9168048239 customer 81295213 item 4768854-3752015")]
    [DataRow("line 599 2018-03-05 13:12:16,290: INFO")]
    [DataRow("he is at lunch [at] noon")]
    [DataRow("meet @ noon, room @ Building 3.2, error @ Program.cs, fails @ script.pl line 3, 5 @ 10.in")]
    public void Ordinary_text_survives(string text) => Default.Mask(text).ShouldBe(text);

    [TestMethod]
    public void Identity_numbers_and_passwords_of_other_countries_are_masked()
    {
        string file = SharedFiles.Require("cases/identity-numbers-and-passwords-of-other-countries/input.csv");
        using StreamReader reader = new(file);
        using CsvReader csv = new(reader, new CsvConfiguration(System.Globalization.CultureInfo.InvariantCulture));
        SummaryBuilder builder = new(Default);
        csv.Read();
        csv.ReadHeader();
        int rows = 0;
        for (; csv.Read(); rows++)
        {
            string summary = builder.Build([csv.GetField("texto")]);
            summary.ShouldMatch("<id>|<secret>", csv.GetField("texto"));
            summary.ShouldNotMatch("[0-9]", csv.GetField("texto"));
        }

        rows.ShouldBe(30);
    }
}
