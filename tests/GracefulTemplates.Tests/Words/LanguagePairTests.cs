using GracefulTemplates.Tests.Pack;

namespace GracefulTemplates.Tests.Words;

public sealed class LanguagePairTests
{
    [Fact]
    public void READMEs_of_this_repository_say_the_same() => AssertPair(Repository.Root);

    [Theory, MemberData(nameof(EveryTemplate.Once), MemberType = typeof(EveryTemplate))]
    public void READMEs_of_a_template_say_the_same(string template) => AssertPair(Path.Combine(Repository.TemplatesFolder, template));

    // A comparison that finds nothing in anything would pass too.
    [Theory]
    [InlineData("## B\n", "headings")]
    [InlineData("# 甲\n[x](b)\n`y` 1\n\n|`z` 2|\n", "links")]
    [InlineData("# 甲\n[x](a)\n`n` 1\n\n|`z` 2|\n", "code in prose")]
    [InlineData("# 甲\n[x](a)\n`y` 3\n\n|`z` 2|\n", "numbers")]
    [InlineData("# 甲\n[x](a)\n`y` 2\n\n|`z` 1|\n", "rows of tables")]
    [InlineData("# 甲\n[x](a)\n`y` 1\n\n|`z` 2|\n* 一\n", "points")]
    [InlineData("# 甲\n[x](a)\n`y` 1\n\n|`z` 2|\n```sh\nb\n```\n", "code blocks")]
    public void What_differs_is_found(string other, string difference) => Assert.Contains(
        LanguagePairs.Differences(Document.Parse("# A\n[x](a)\n`y` 1\n\n|`z` 2|\n"), Document.Parse(other)), found => found.Contains(difference));

    private static void AssertPair(string folder) => Assert.Empty(
        LanguagePairs.Differences(Document.Read(Path.Combine(folder, "README.md")), Document.Read(Path.Combine(folder, "README.zh-CN.md"))));
}
