namespace Pipeline.Adapters.S3.Tests;

[TestClass]
public sealed class S3StoreOptionsTests
{
    private static readonly S3StoreOptions Sound = new() { Bucket = "box", Region = "eu-central-1" };

    [TestMethod]
    public void A_bucket_and_a_region_are_enough() => Should.NotThrow(Sound.Validate);

    [TestMethod]
    public void A_setting_that_cannot_be_is_named()
    {
        Check(Sound with { Bucket = null }, "S3:Bucket", "is missing, and the store is of the kind S3");
        Check(Sound with { Bucket = "My Bucket" }, "S3:Bucket", "is 'My Bucket'; a bucket's name has 3 to 63");
        Check(Sound with { Prefix = "a/../b" }, "S3:Prefix", "a relative path");
        Check(Sound with { Endpoint = "s3.example.com" }, "S3:Endpoint", "the address of a server that speaks S3");
        Check(Sound with { AccessKeyId = "A" }, "S3:SecretAccessKey", "both, or neither");
        Check(Sound with { SecretAccessKey = "B" }, "S3:AccessKeyId", "both, or neither");
        Check(Sound with { Retries = 21 }, "ObjectStore:Retries", "is 21; it must be from 0 to 20");
        Check(Sound with { TimeoutSeconds = 0 }, "ObjectStore:TimeoutSeconds", "is 0; it must be from 1 to 3600");
    }

    private static void Check(S3StoreOptions options, string setting, string message)
    {
        SettingException e = Should.Throw<SettingException>(options.Validate);
        e.Message.ShouldContain(setting);
        e.Message.ShouldContain(message);
    }
}
