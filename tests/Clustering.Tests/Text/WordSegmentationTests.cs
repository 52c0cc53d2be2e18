namespace Pipeline.Clustering.Tests.Text;

[TestClass]
public sealed class WordSegmentationTests
{
    [TestMethod]
    public void Japanese_words_end_where_the_script_changes() =>
        WordSegmentation.Learn([]).Spaced("プリンターが印刷できません").ShouldBe("プリンター が 印刷 できません");

    [TestMethod]
    public void Chinese_words_are_the_runs_that_the_texts_repeat_beside_different_neighbours()
    {
        string[] texts = ["打印机无法打印文件", "打印机卡纸", "新打印机连接失败", "电脑无法登录", "邮箱无法登录", "系统登录失败", "网络连接失败", "邮箱连接很慢", "电脑很慢"];
        string[] words = WordSegmentation.Learn(texts).Spaced("打印机无法登录").Split(' ');
        words[0].ShouldBe("打印机");
        string.Concat(words).ShouldBe("打印机无法登录");
    }

    [TestMethod]
    public void Latin_words_in_such_a_text_stand_alone() => WordSegmentation.Learn([]).Spaced("VPN接続エラー").ShouldBe("VPN 接続 エラー");

    [TestMethod]
    public void Other_texts_stay_as_they_are() => WordSegmentation.Learn(["a b"]).Spaced("Drucker druckt nicht, 2 Seiten").ShouldBe("Drucker druckt nicht, 2 Seiten");
}
