using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Adapters.Azure.Blobs;
using Pipeline.Adapters.Local;
using Pipeline.Adapters.S3;
using Pipeline.EmergencyStop;
using Pipeline.Encryption;
using Pipeline.Recovery;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Triggers;

/// <summary>Backups, their second store, and the way back.</summary>
public static class RecoveryServices
{
    /// <summary>The setting that chooses the second store.</summary>
    public const string Kind = "Backup:Kind";

    /// <summary>The setting that names the folder of the second store of the kind Files.</summary>
    public const string Folder = "Backup:Folder";

    /// <summary>
    /// Adds the second store that <c>Backup:Kind</c> names: <c>Files</c> (a folder), <c>AzureBlobs</c> (the account of <c>Backup:Storage</c>) or <c>S3</c> (the bucket of <c>Backup:S3</c>).
    /// Without it, files beside the data folder where the objects are files too, and none otherwise.
    /// </summary>
    /// <exception cref="SettingException">A setting is missing or wrong, or the key that backups are sealed with is.</exception>
    internal static void AddBackupStore(IServiceCollection services, IConfiguration configuration, string dataFolder)
    {
        string kind = configuration[Kind]?.Trim() ?? "";
        string objects = configuration["ObjectStore:Kind"]?.Trim() ?? "";
        if (kind.Length == 0)
        {
            kind = objects.Length == 0 || string.Equals(objects, "Files", StringComparison.OrdinalIgnoreCase) ? "Files" : "None";
        }

        IObjectStore? store = kind.ToUpperInvariant() switch
        {
            "FILES" => new FileObjectStore(FolderOf(configuration, dataFolder)),
            "AZUREBLOBS" => new BlobObjectStore(BlobSettings.Read(configuration, "Backup:Storage")),
            "S3" => new S3ObjectStore(S3Settings.Read(configuration, "Backup:S3")),
            "NONE" => null,
            _ => throw new SettingException(Kind, $"is '{kind}'; it must be Files, AzureBlobs, S3 or None."),
        };
        services.AddEncryption(configuration);
        services.TryAddSingleton(s => new BackupStore(store, s.GetRequiredService<EnvelopeSeal>()));
    }

    /// <summary>Adds the use cases. Needs the ports of a warehouse and an <see cref="IObjectStore"/>; without a <see cref="BackupStore"/> there are no backups.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    internal static void AddRecovery(this IServiceCollection services, IConfiguration configuration)
    {
        BackupOptions options = new() { Days = BlobSettings.WholeNumber(configuration, "Backup:Days", new BackupOptions().Days) };
        options.Validate();
        services.TryAddSingleton(options);
        services.TryAddSingleton(new BackupStore(null));
        Dictionary<string, string> files = new(StringComparer.Ordinal);
        if (configuration[MaskingSettings.RulesFile] is { Length: > 0 } rules)
        {
            files["configuration/masking-rules.json"] = rules;
        }

        services.TryAddSingleton(s => new CreateBackup(s.GetRequiredService<IWarehouseTables>(), s.GetRequiredService<IObjectStore>(), s.GetRequiredService<BackupStore>(), s.GetRequiredService<TimeProvider>(), files));
        services.TryAddSingleton<VerifyBackup>();
        services.TryAddSingleton(s => new RestoreBackup(
            s.GetRequiredService<IWarehouseTables>(), s.GetRequiredService<IObjectStore>(), s.GetRequiredService<BackupStore>(), s.GetRequiredService<OperatingModes>(), s.GetRequiredService<TimeProvider>(), _ => s.GetRequiredService<StreamDirectory>().CloseAllAsync()));
    }

    // Beside the data folder and not in it: what removes the one leaves the other.
    private static string FolderOf(IConfiguration configuration, string dataFolder) =>
        configuration[Folder] is { Length: > 0 } named ? named : Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder)) + "-backups";
}
