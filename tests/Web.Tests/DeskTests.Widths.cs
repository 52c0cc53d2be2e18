namespace Pipeline.Web.Tests;

/// <summary>What fits into its card, at the widths where the layout changes.</summary>
public sealed partial class DeskTests
{
    private static readonly string[] WithTables = ["", "problems", "tickets", "explore/periods", "explore/pareto", "explore/likeness", "explore/trends", "operations"];

    [TestMethod]
    [DataRow("en")]
    [DataRow("de")]
    public async Task Tables_stay_inside_their_card_at_every_width(string language)
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, language: language);
        List<string> wide = [];
        foreach (string place in WithTables)
        {
            await desk.GoAsync(place);
            foreach (int width in (int[])[390, 821, 900, 960, 961, 1100, 1101, 1240, 1241])
            {
                await desk.Page.SetViewportSizeAsync(width, 860);
                string[] outside = await desk.Page.EvaluateAsync<string[]>("""
                    async () => {
                      // What is drawn follows a new size a frame later.
                      for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
                      return [...document.querySelectorAll('.card table')].filter(t => t.checkVisibility() && !t.closest('.scroll')).flatMap(table => {
                      const edge = table.closest('.card').getBoundingClientRect().right;
                      return [table, ...table.querySelectorAll('td *')].filter(e => e.getBoundingClientRect().right > edge).map(e => `${e.tagName} ${Math.round(e.getBoundingClientRect().right - edge)}`).slice(0, 1);
                      });
                    }
                    """);
                wide.AddRange(outside.Select(text => $"{place} at {width}: {text}"));
            }
        }

        wide.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_wide_screen_is_filled_and_its_lines_are_no_longer()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width: 2560, height: 1300);
        foreach (string place in (string[])["", "problems", "tickets", "search?text=vpn", "operations", "explore/pareto"])
        {
            await desk.GoAsync(place);
            (await desk.Page.EvaluateAsync<double>("() => Math.max(...[...document.querySelectorAll('.card')].map(card => card.getBoundingClientRect().right))")).ShouldBeGreaterThan(2400, place);
            (await desk.Page.EvaluateAsync<string[]>("""
                () => {
                  const letters = (e) => e.getBoundingClientRect().width / (parseFloat(getComputedStyle(e).fontSize) * 0.5);
                  return [...document.querySelectorAll('main p, main blockquote, main .quote, main .clamp')].filter(e => e.checkVisibility() && e.textContent.length > 160 && letters(e) > 150).map(e => e.textContent);
                }
                """)).ShouldBeEmpty(place);
        }

        await desk.GoAsync("");
        (await desk.Page.EvaluateAsync<int>("() => new Set([...document.querySelectorAll('.sheet .card')].map(card => Math.round(card.getBoundingClientRect().left))).size")).ShouldBe(3, "columns");
        await desk.CheckAsync();
    }

    [TestMethod]
    public async Task A_long_interval_stays_in_its_cell_on_a_phone()
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width: 390, height: 844);
        await desk.GoAsync("");

        double over = await desk.Page.EvaluateAsync<double>("""
            () => {
              for (const one of document.querySelectorAll('.ranked .ratio .interval')) one.textContent = '0.99–1,234,567.8';
              const cells = [...document.querySelectorAll('.ranked td')].filter(td => td.querySelector('.ratio'));
              if (cells.length === 0) throw new Error('no ratio is shown');
              return Math.max(...cells.flatMap(td => [...td.querySelectorAll('*')].map(e => e.getBoundingClientRect().right - td.getBoundingClientRect().right)));
            }
            """);

        over.ShouldBeLessThan(1);
    }

    [TestMethod]
    [DataRow(390)]
    [DataRow(1280)]
    public async Task A_long_name_of_a_tech_center_makes_no_choice_wider_than_its_card(int width)
    {
        await using OpenPage desk = await _desk.Browser.OpenAsync(_desk.Served.Address, width);
        foreach (string place in (string[])["explore/map", "explore/tree", "explore/likeness", "explore/pareto", "explore/periods", "tickets", "problems"])
        {
            await desk.GoAsync(place);
            double over = await desk.Page.EvaluateAsync<double>("""
                () => {
                  const selects = [...document.querySelectorAll('main select')];
                  for (const select of selects) select.add(new Option('W'.repeat(120)));
                  return Math.max(...selects.map(select => Math.max(select.getBoundingClientRect().width - 340, select.getBoundingClientRect().right - (select.closest('.card') ?? select.closest('main')).getBoundingClientRect().right)));
                }
                """);
            over.ShouldBeLessThanOrEqualTo(0, place);
            await desk.CheckAsync();
        }
    }
}
