using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Pipeline.TestSupport;

/// <summary>
/// A PostgreSQL server in processes of its own, on a free port, with its files in a folder that goes with it, and gone when this process ends, however it does. It sorts texts by a language, not by
/// bytes, as most servers do. The server is Debian's package or any other installation; where there is none, the test ends as inconclusive. It refuses to run as root, and so runs as postgres or nobody then.
/// </summary>
internal sealed class PostgreSqlServer : IDisposable
{
    /// <summary>The user that may do everything.</summary>
    public const string User = "tests";

    /// <summary>The user's password.</summary>
    public const string Password = "opens-nothing-but-a-temporary-server";

    private const string Database = "tests";

    // Starts the server, and stops it when nobody holds the other end of standard input any more. What it says is kept beside its files.
    private const string Guarded = """
        exec 3<&0
        "$0" -D "$1" -k "$1" -p "$2" -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=200 > "$1/log" 2>&1 3<&- &
        server=$!
        (cat <&3 > /dev/null; kill -QUIT $server 2> /dev/null) > /dev/null 2>&1 &
        wait $server
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly Lazy<PostgreSqlServer> Shared = new(() => new PostgreSqlServer());

    private readonly string _programs;
    private readonly string[] _asUser;
    private readonly string _folder;
    private readonly string? _owner;
    private Process? _guard;
    private int _schemas;

    /// <summary>Makes and starts a server.</summary>
    public PostgreSqlServer()
    {
        _programs = FindPrograms();
        _folder = Directory.CreateTempSubdirectory("pipeline-postgresql-").FullName;
        _asUser = [];
        if (Environment.UserName is "root")
        {
            string user = File.ReadAllText("/etc/passwd").Contains("\npostgres:", StringComparison.Ordinal) ? "postgres" : "nobody";
            Run("chown", user, _folder);
            _owner = user;
            _asUser = ["setpriv", $"--reuid={user}", "--regid=" + Run("id", "-g", user).Trim(), "--clear-groups", "--"];
        }

        string password = Path.Combine(_folder, "password");
        File.WriteAllText(password, Password);
        Run([.. _asUser, Path.Combine(_programs, "initdb"), "-D", Data, "-U", User, "-E", "UTF8", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", $"--pwfile={password}", .. Language()]);
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        Start();
        Execute("postgres", $"CREATE DATABASE {Database}");
    }

    /// <summary>The port on this machine.</summary>
    public int Port { get; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The server that the tests of this process share, started on first use.</summary>
    public static PostgreSqlServer Require() => Shared.Value;

    /// <summary>Stops the server that the tests shared.</summary>
    public static void Release()
    {
        if (Shared.IsValueCreated)
        {
            Shared.Value.Dispose();
        }
    }

    /// <summary>The connection string of a database, without a password.</summary>
    public string Connection(string database = Database, string user = User, int? port = null) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port ?? Port};Database={database};Username={user};Timeout=10");

    /// <summary>The name of a schema that nobody else has, and that is not there yet.</summary>
    public string NewSchema() => string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _schemas)}");

    /// <summary>Runs statements as the user that may do everything.</summary>
    public void Execute(string database, string sql)
    {
        using NpgsqlConnection connection = Open(database);
        using NpgsqlCommand command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    /// <summary>Runs statements on the tests' database.</summary>
    public void Execute(string sql) => Execute(Database, sql);

    /// <summary>The first column of the first row.</summary>
    public T One<T>(string sql)
    {
        using NpgsqlConnection connection = Open(Database);
        using NpgsqlCommand command = Command(connection, sql);
        return (T)command.ExecuteScalar()!;
    }

    /// <summary>A connection of its own, which no pool keeps.</summary>
    public NpgsqlConnection Open(string database = Database)
    {
        NpgsqlConnection connection = new($"{Connection(database)};Password={Password};Pooling=false");
        connection.Open();
        return connection;
    }

    /// <summary>Lets the server speak TLS with a certificate of its own for a host's name, and nothing else.</summary>
    /// <returns>The path of the certificate, which is its own issuer.</returns>
    public string UseTls(string host)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={host}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        foreach ((string name, string content) in new[] { ("server.crt", certificate.ExportCertificatePem()), ("server.key", key.ExportPkcs8PrivateKeyPem()) })
        {
            string path = Path.Combine(Data, name);
            File.WriteAllText(path, content);
            Run("chmod", "600", path);
            if (_owner is not null)
            {
                Run("chown", _owner, path);
            }
        }

        string copy = Path.Combine(_folder, "issuer.pem");
        File.WriteAllText(copy, certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Data, "pg_hba.conf"), "hostssl all all all scram-sha-256\n");
        Execute("postgres", "ALTER SYSTEM SET ssl = on");
        Execute("postgres", "SELECT pg_reload_conf()");
        return copy;
    }

    /// <summary>Kills the server as a power failure does, with all that it has under way.</summary>
    public void Crash()
    {
        using Process server = Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture));
        server.Kill();
        Stop();
    }

    /// <summary>Starts a server that was stopped. One that was killed starts once its last process has noticed.</summary>
    public void Start()
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (true)
        {
            if (_guard is null or { HasExited: true })
            {
                Launch();
            }

            try
            {
                Open("postgres").Dispose();
                return;
            }
            catch (NpgsqlException e)
            {
                if (clock.Elapsed > Patience)
                {
                    throw new InvalidOperationException($"The server did not start: {File.ReadAllText(Path.Combine(Data, "log"))}", e);
                }

                Thread.Sleep(50);
            }
        }
    }

    /// <summary>Stops the server and deletes its files.</summary>
    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private void Launch()
    {
        string[] command = [.. _asUser, "sh", "-c", Guarded, Path.Combine(_programs, "postgres"), Data, Port.ToString(CultureInfo.InvariantCulture)];
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardInput = true, UseShellExecute = false };
        Stop();
        _guard = Process.Start(start)!;
    }

    private void Stop()
    {
        if (_guard is not null)
        {
            _guard.StandardInput.Close();
            _guard.WaitForExit();
            _guard.Dispose();
            _guard = null;
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
        // Statements of tests.
#pragma warning disable CA2100
        return new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
    }

    private string[] Language()
    {
        string version = Run(Path.Combine(_programs, "postgres"), "--version").Trim().Split(' ')[2].Split('.')[0];
        return int.Parse(version, CultureInfo.InvariantCulture) >= 15 ? ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"] : ["--locale=C.UTF-8"];
    }

    private static string FindPrograms()
    {
        IEnumerable<string> debian = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin")) : [];
        IEnumerable<string> path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string? found = OperatingSystem.IsWindows() ? null : debian.Concat(path).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
        if (found is null)
        {
            Assert.Inconclusive("There is no PostgreSQL server on this machine: the warehouse in PostgreSQL is not tested. Install one, such as Debian's package postgresql.");
        }

        return found;
    }

    private static string Run(params string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{command[0]} failed: {errors.GetAwaiter().GetResult()}");
    }
}
