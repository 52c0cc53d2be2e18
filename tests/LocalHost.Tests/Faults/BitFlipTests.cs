using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Access;
using Pipeline.Encryption;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.State;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.LocalHost.Keys;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Faults;

/// <summary>
/// A bit that flips in a file of the host: whoever reads it goes on, or says which file is damaged, and nobody is let in by it. The files of the stores have such tests beside what reads them:
/// the warehouse, models and stages, streams, backups, the archive.
/// </summary>
[TestClass]
public sealed class BitFlipTests
{
    [TestMethod]
    public async Task In_the_keys_of_the_host_it_is_named_or_changes_a_key_that_then_opens_nothing()
    {
        using TempFolder folder = new();
        string path = folder["host-keys.json"];
        (HostKeys sound, _) = await HostKeys.OpenAsync(path, CancellationToken.None);
        await HostKeys.RotateAsync(path, HostKeys.DefaultName, TimeSpan.FromHours(1), DateTimeOffset.UtcNow, CancellationToken.None);

        await ForEachBitAsync(path, () =>
        {
            HostKeys read = HostKeys.Read(path);
            read.WithRoles(new AccessOptions(), DateTimeOffset.UtcNow).ShouldAllBe(key => key.Key.Length > 0);
            return Task.CompletedTask;
        });
    }

    [TestMethod]
    public async Task A_running_host_goes_on_with_the_keys_that_it_read_last()
    {
        using TempFolder folder = new();
        string path = folder["host-keys.json"];
        (HostKeys sound, _) = await HostKeys.OpenAsync(path, CancellationToken.None);
        HostKeyFile running = new(path, sound, new AccessOptions(), TimeProvider.System, NullLogger<HostKeyFile>.Instance);

        await File.WriteAllTextAsync(path, "{\"masterKey\": ");

        running.Known.Select(key => key.Key).ShouldBe([sound.MasterKey, sound.FunctionKeys["default"]]);
    }

    [TestMethod]
    public async Task In_the_signing_key_and_in_those_before_it_it_is_named_or_the_token_is_not_taken()
    {
        using TempFolder folder = new();
        TokenFiles Files() => new(folder["token-key.pem"], folder["tokens.json"]);
        string token = (await new OwnTokens(Files(), TimeProvider.System).IssueAsync(Role.Admin, "Jane", 1, CancellationToken.None)).Token;
        await Files().RotateKeyAsync(DateTimeOffset.UtcNow, CancellationToken.None);
        await new OwnTokens(Files(), TimeProvider.System).IssueAsync(Role.Reader, "John", 1, CancellationToken.None);

        foreach (string path in (string[])[folder["token-key.pem"], Files().ReplacedPath, folder["tokens.json"]])
        {
            await ForEachBitAsync(path, async () =>
            {
                // The signature is not of this file: where the token is taken, it is the one that was issued.
                Caller? caller = await new OwnTokens(Files(), TimeProvider.System).VerifyAsync(token);
                (caller is null || caller.Kind == CallerKind.Person).ShouldBeTrue();
            });
        }
    }

    [TestMethod]
    public async Task In_the_envelope_keys_it_is_named_or_makes_a_key_another_one()
    {
        using TempFolder folder = new();
        string path = folder["envelope.json"];
        await EnvelopeKeyFiles.AddAsync(path, "2026a", DateTimeOffset.UtcNow, CancellationToken.None);
        string name = "streams/desk/log/00000000000000000001";
        byte[] sealedContent = SealOf(path).Seal(name, "text"u8);

        await ForEachBitAsync(path, () =>
        {
            try
            {
                SealOf(path).Open(name, sealedContent).ShouldBe("text"u8.ToArray());
            }
            catch (InvalidDataException e)
            {
                e.Message.ShouldContain("2026a");
            }

            return Task.CompletedTask;
        });

        static EnvelopeSeal SealOf(string path)
        {
            EnvelopeKeyring ring = new(setting => setting == EnvelopeKeyring.FileSetting ? path : null);
            return new EnvelopeSeal(() => ring.Current);
        }
    }

    [TestMethod]
    public async Task In_the_dates_of_keys_it_costs_no_more_than_an_age()
    {
        using TempFolder folder = new();
        await HostKeys.OpenAsync(folder["host-keys.json"], CancellationToken.None);
        FolderKeys Keys() => new(folder["."], new ConfigurationBuilder().Build(), TimeProvider.System);
        (await Keys().ListAsync()).Count.ShouldBe(2);

        await ForEachBitAsync(folder["key-dates.json"], async () => (await Keys().ListAsync()).Count.ShouldBe(2));
    }

    [TestMethod]
    [DataRow("orchestrations.db")]
    [DataRow("host.db")]
    public async Task In_the_journal_and_in_what_the_host_remembers_it_is_named_or_harmless(string file)
    {
        using TempFolder folder = new();
        string path = folder[file];
        Read(path);
        using (OrchestrationJournal? journal = file == "orchestrations.db" ? new OrchestrationJournal(path, DateTime.UtcNow) : null)
        {
            for (int i = 0; i < 50; i++)
            {
                journal?.Schedule("sum", $"instance {i}", new string('x', 200), DateTime.UtcNow, startAt: null);
            }
        }

        Random random = new(7);
        byte[] sound = await File.ReadAllBytesAsync(path);
        for (int i = 0; i < 200; i++)
        {
            byte[] flipped = [.. sound];
            flipped[i < 100 ? i : random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            DeleteBeside(path);
            await File.WriteAllBytesAsync(path, flipped);
            try
            {
                Read(path);
            }
            catch (CommandException e)
            {
                e.Message.ShouldContain(path);
            }
            catch (SqliteException) when (file == "orchestrations.db")
            {
                // The engine's log names the file, and it is tried again: A_damaged_instance_does_not_hold_up_the_others and its neighbours.
            }
        }

        static void Read(string path)
        {
            if (path.EndsWith("host.db", StringComparison.Ordinal))
            {
                using HostState state = new(path);
                state.ReadTimer("Backup");
                state.ReadReceipts("Drop");
                return;
            }

            using OrchestrationJournal journal = new(path, DateTime.UtcNow);
            journal.ReadPending();
            journal.Find("instance 7");
        }
    }

    private static void DeleteBeside(string path)
    {
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
    }

    // Every third bit of the file, so that each position and each place in a byte has its turn.
    private static async Task ForEachBitAsync(string path, Func<Task> read)
    {
        byte[] sound = await File.ReadAllBytesAsync(path);
        for (int bit = 0; bit < sound.Length * 8; bit += 3)
        {
            byte[] flipped = [.. sound];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(path, flipped);
            try
            {
                await read();
            }
            catch (Exception e) when (e is CommandException or SettingException)
            {
                e.Message.ShouldContain(path);
            }
            catch (SignInException e)
            {
                e.InnerException!.Message.ShouldContain(path);
            }
        }

        await File.WriteAllBytesAsync(path, sound);
    }
}
