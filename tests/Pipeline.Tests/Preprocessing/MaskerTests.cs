using System.Text;
using Pipeline.Preprocessing;

namespace Pipeline.Tests.Preprocessing;

[TestClass]
public sealed class MaskerTests
{
    private static readonly Masker Default = new(MaskingRules.Default);

    [TestMethod]
    [DataRow("mail john.doe@example.com now", "mail <email> now")]
    [DataRow("John.O'Neil+vpn@mail.example.co.uk, bob@corp", "<email>, <email>")]
    [DataRow("mailto:jürgen.groß@exämple.de.", "mailto:<email>.")]
    [DataRow("call +1 (555) 123-4567 please", "call <phone> please")]
    [DataRow("phone +49 (0)30 123456-78", "phone <phone>")]
    [DataRow("+44 20 7946 0958 or 020 7946 0958", "<phone> or <phone>")]
    [DataRow("0049 30 1234567 / 01 23 45 67 89", "<phone> / <phone>")]
    [DataRow("reach me at 555-123-4567 or (555) 987-6543", "reach me at <phone> or <phone>")]
    [DataRow("tel: 5551234567, mobile number is 07700900123", "tel: <phone>, mobile number is <phone>")]
    [DataRow("contact number 9876543210", "contact number <phone>")]
    [DataRow("office 555.123.4567 ext. 4521", "office <phone> ext. <phone>")]
    [DataRow("host 10.20.30.40 down", "host <ip> down")]
    [DataRow("connect to 192.168.1.10:8443, failed", "connect to <ip>, failed")]
    [DataRow("client 10.1.2.3 lost,pool 10.0.0.1-10.0.0.20.Then nothing", "client <ip> lost,pool <ip>-<ip>.Then nothing")]
    [DataRow("Tel.+49 30 1234567/+49 30 1234568", "Tel.<phone>/<phone>")]
    [DataRow("subnet 10.1.0.0/16", "subnet <ip>/16")]
    [DataRow("gateway fe80::1ff:fe23:4567:890a%eth0 lost", "gateway <ip>%eth0 lost")]
    [DataRow("[2001:db8::1]:443 and 2001:0db8:85a3:0000:0000:8a2e:0370:7334.", "[<ip>]:443 and <ip>.")]
    [DataRow("mac 00:1A:2B:3C:4D:5E / 00-1a-2b-3c-4d-5e / 001a.2b3c.4d5e", "mac <mac> / <mac> / <mac>")]
    [DataRow("card 4111 1111 1111 1111 declined", "card <card> declined")]
    [DataRow("amex 378282246310005, visa 4012-8888-8888-1881", "amex <card>, visa <card>")]
    [DataRow("order 1234 4111 1111 1111 1111", "order 1234 <card>")]
    [DataRow("pay to DE89 3704 0044 0532 0130 00 please", "pay to <iban> please")]
    [DataRow("iban GB82WEST12345698765432.", "iban <iban>.")]
    [DataRow("ssn 123-45-6789", "ssn <id>")]
    [DataRow("her number is 219-09-9999", "her number is <id>")]
    [DataRow("NI QQ123456C refused, AB 12 34 56 C too", "NI QQ123456C refused, <id> too")]
    [DataRow("passport no. C01X00T47 expired", "passport no. <id> expired")]
    [DataRow("employee id: 0045123", "employee id: <id>")]
    [DataRow("date of birth: 12/05/1981", "date of birth: <id>")]
    [DataRow("codice RSSMRA85T10A562S", "codice <id>")]
    [DataRow("user: jsmith cannot print", "user: <user> cannot print")]
    [DataRow("username=jsmith01; login: a.b", "username=<user>; login: <user>")]
    [DataRow("userid = x123", "userid = <user>")]
    [DataRow("my user name is jane.doe and it fails", "my user name is <user> and it fails")]
    [DataRow("caller: John Smith has no access", "caller: <user> has no access")]
    [DataRow("Requested by: Anna-Maria O'Hara", "Requested by: <user>")]
    [DataRow("user jsmith01 is locked", "user <user> is locked")]
    [DataRow("CORP\\jsmith is locked, emea\\j.doe too", "<user> is locked, <user> too")]
    [DataRow("C:\\Users\\jsmith\\AppData\\Local", "C:\\Users\\<user>\\AppData\\Local")]
    [DataRow("\"C:\\Users\\John Smith\\Desktop\\a.txt\"", "\"C:\\Users\\<user>\\Desktop\\a.txt\"")]
    [DataRow("d:\\users\\anna", "d:\\users\\<user>")]
    [DataRow("cannot read /home/jdoe/.ssh/config", "cannot read /home/<user>/.ssh/config")]
    [DataRow("in /Users/anna/Library", "in /Users/<user>/Library")]
    [DataRow("https://bob:secret@host.example/path", "https://<user>@host.example/path")]
    [DataRow("open https://portal.example/reset?token=abc&u=bob fails", "open https://portal.example/reset?<query> fails")]
    [DataRow("Authorization: Bearer abc123.DEF456-xyz", "Authorization: Bearer <secret>")]
    [DataRow("password: hunter2 does not work", "password: <secret> does not work")]
    [DataRow("pwd=Summer2024!", "pwd=<secret>")]
    [DataRow("my password is Winter#99 today", "my password is <secret> today")]
    [DataRow("api_key = 9f8e7d6c5b", "api_key = <secret>")]
    [DataRow("AccountKey=abcd1234==;EndpointSuffix=core", "AccountKey=<secret>;EndpointSuffix=core")]
    [DataRow("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF", "<secret>")]
    [DataRow("key AKIAIOSFODNN7EXAMPLE leaked", "key <secret> leaked")]
    public void Personal_and_secret_data_are_replaced(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("Outlook 16.0.14326.20454 crashes")]
    [DataRow("version 10.0.14.2 of the agent, build 4.8.1.0")]
    [DataRow("client v10.20.30.40 installed")]
    [DataRow("since 2024-06-01 12:30:45 and 01/02/2024 10:15")]
    [DataRow("on 12.05.2024 at 07:45")]
    [DataRow("02-03-2024 10:30 outage")]
    [DataRow("INC0010006 is like RITM0045678 and CHG-123456")]
    [DataRow("error 0x80070005, code 1603, HTTP 503")]
    [DataRow("port 8443 and 3389 closed")]
    [DataRow("disk 500 GB, 1,024 MB free of 2048")]
    [DataRow("order 4500012345 for plant 1000")]
    [DataRow("card 4111 1111 1111 1112 is not a card")]
    [DataRow("serial 1234567890123456")]
    [DataRow("std::vector, a::b and 12:30:45")]
    [DataRow("user cannot log in")]
    [DataRow("user: cannot log in")]
    [DataRow("password: reset required")]
    [DataRow("password is expired, password reset needed")]
    [DataRow("username is not accepted")]
    [DataRow("token: expired")]
    [DataRow("bearer authentication fails")]
    [DataRow("C:\\Windows\\System32\\drivers\\etc")]
    [DataRow("bin\\setup.exe and HKLM\\Software")]
    [DataRow("open https://example.com/home/dashboard")]
    [DataRow("home page is slow, users report it")]
    [DataRow("5 users @ 10 am")]
    [DataRow("nothing happened to my account yet.What is wrong")]
    [DataRow("extension blocked in the browser")]
    [DataRow("calls dropped 12 times in 2024")]
    [DataRow("<email> wrote to <user> from <ip>")]
    [DataRow("Fehler beim Drucken, 打印机 无法 打印")]
    public void Ordinary_text_survives(string text) => Default.Mask(text).ShouldBe(text);

    [TestMethod]
    public void Masking_twice_changes_nothing()
    {
        string[] pieces =
        [
            "user: ", "bob", "a@b.c", " ", "<", ">", "@", "10.0.0.1", ":", "::1", "CORP\\x1", "password=", "4111111111111111", "+49 30 1234567",
            "https://", "?a=b", "#", "/home/", "C:\\Users\\", "caller: John Smith", ".", "-", "é", "\n", "00:11:22:33:44:55", "555-123-4567", "ext. 1234", "is ",
        ];
        Random random = new(7);
        for (int round = 0; round < 3000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            string once = Default.Mask(text);
            Default.Mask(once).ShouldBe(once, text);
        }
    }

    [TestMethod]
    [DataRow("a")]
    [DataRow("1")]
    [DataRow("1 ")]
    [DataRow("a@")]
    [DataRow("a.b@c.")]
    [DataRow("://")]
    [DataRow("00:")]
    [DataRow("user: ")]
    [DataRow("password is ")]
    [DataRow("C:\\Users\\")]
    [DataRow("<email>")]
    [DataRow("DE89 3704 ")]
    [DataRow("-----BEGIN PRIVATE KEY-----")]
    [DataRow("password a ")]
    [DataRow("senha é ")]
    [DataRow("From: A A\n")]
    [DataRow("Kind regards, Ab ")]
    [DataRow("4111.1111.")]
    [DataRow("version 1.2.3.4 to ")]
    [DataRow("４")]
    [DataRow("аb")]
    [DataRow("a\u0301\u200B")]
    public void A_hostile_text_of_half_a_million_characters_is_masked(string piece)
    {
        string hostile = new StringBuilder().Insert(0, piece, 500_000 / piece.Length).ToString();

        Default.Mask($"mail to a@example.com {hostile}").ShouldStartWith("mail to <email>");
    }

    [TestMethod]
    public void Rules_of_ones_own_replace_the_built_in_ones()
    {
        const string Json = """[{ "name": "badge", "pattern": "\\bB-(?<value>\\d{4})\\b", "replacement": "<badge>" }]""";
        Masker masker = new(MaskingRules.Load(new MemoryStream(Encoding.UTF8.GetBytes(Json))));

        masker.Mask("badge B-1234 of a@b.c").ShouldBe("badge B-<badge> of a@b.c");
    }

    [TestMethod]
    [DataRow("card")]
    [DataRow("luhn")]
    public void A_rule_may_call_the_check_of_card_numbers_by_either_name(string check)
    {
        string json = $$"""[{ "name": "card", "pattern": "\\d{16}", "replacement": "<card>", "validator": "{{check}}" }]""";
        Masker masker = new(MaskingRules.Load(new MemoryStream(Encoding.UTF8.GetBytes(json))));

        masker.Mask("paid with 4111111111111111, order 4111111111111112").ShouldBe("paid with <card>, order 4111111111111112");
    }

    [TestMethod]
    public void A_rule_whose_replacement_matches_itself_ends()
    {
        Masker masker = new([new MaskingRule { Name = "word", Pattern = "secret", Replacement = "<secret>" }]);

        masker.Mask("a secret").ShouldBe("a <secret>");
    }

    [TestMethod]
    [DataRow("""[{ "name": "broken", "pattern": "(", "replacement": "x" }]""", "broken")]
    [DataRow("""[{ "name": "ahead", "pattern": "(?=a)", "replacement": "x" }]""", "ahead")]
    [DataRow("""[{ "name": "twice", "pattern": "a", "replacement": "x" }, { "name": "Twice", "pattern": "b", "replacement": "x" }]""", "twice")]
    [DataRow("""[{ "name": "checked", "pattern": "a", "replacement": "x", "validator": "magic" }]""", "magic")]
    [DataRow("""[{ "name": "misspelt", "patern": "a", "replacement": "x" }]""", "patern")]
    [DataRow("""[{ "name": " ", "pattern": "a", "replacement": "x" }]""", "no name")]
    [DataRow("null", "null")]
    public void Unusable_rules_are_refused_by_name(string json, string named)
    {
        InvalidDataException error = Should.Throw<InvalidDataException>(() => MaskingRules.Load(new MemoryStream(Encoding.UTF8.GetBytes(json))));

        error.Message.ShouldContain(named, Case.Insensitive);
    }
}
