using System.Net;
using System.Net.Sockets;

namespace Pipeline.TestSupport;

/// <summary>Passes connections on to a port of this machine, and breaks when it is told to: all connections are cut, and new ones too, until it is mended.</summary>
internal sealed class BreakableRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _state = new();
    private readonly List<Socket> _sockets = [];
    private readonly int _target;
    private long _budget = long.MaxValue;
    private bool _mendsItself;
    private bool _broken;

    public BreakableRelay(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Breaks after so many more bytes have passed, counted both ways; <paramref name="once"/> cuts the connections and lets new ones through.</summary>
    public void BreakAfter(long bytes, bool once = false)
    {
        lock (_state)
        {
            (_budget, _mendsItself) = (bytes, once);
        }
    }

    public void Mend()
    {
        lock (_state)
        {
            (_budget, _broken) = (long.MaxValue, false);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        Cut();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                _ = PassOnAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task PassOnAsync(Socket client)
    {
        using (client)
        using (Socket server = new(SocketType.Stream, ProtocolType.Tcp))
        {
            lock (_state)
            {
                if (_broken)
                {
                    return;
                }

                _sockets.AddRange([client, server]);
            }

            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Cut.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is int read and > 0)
            {
                if (!Spend(read))
                {
                    Cut();
                    return;
                }

                for (int sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private bool Spend(int bytes)
    {
        lock (_state)
        {
            _budget -= bytes;
            if (_budget >= 0)
            {
                return true;
            }

            _broken = !_mendsItself;
            _budget = long.MaxValue;
            return false;
        }
    }

    private void Cut()
    {
        Socket[] sockets;
        lock (_state)
        {
            sockets = [.. _sockets];
            _sockets.Clear();
        }

        foreach (Socket socket in sockets)
        {
            socket.Dispose();
        }
    }
}
