namespace Pipeline.Storage;

/// <summary>Files for what is on its way.</summary>
internal static class TemporaryFile
{
    /// <summary>An empty file that only this user can read, and that is gone when it is closed or the process is killed.</summary>
    public static FileStream Create()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete };
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;
            return new FileStream(path, options);
        }

        // Without its name the file lives as long as it is open.
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }

    /// <summary>An object's content in such a file, at its beginning; null where there is no object.</summary>
    public static async Task<FileStream?> FetchAsync(this IObjectStore objects, string name, CancellationToken cancellationToken)
    {
        await using Stream? content = await objects.OpenReadAsync(name, cancellationToken);
        if (content is null)
        {
            return null;
        }

        FileStream copy = Create();
        try
        {
            await content.CopyToAsync(copy, cancellationToken);
            await copy.FlushAsync(cancellationToken);
            copy.Position = 0;
            return copy;
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }
}
