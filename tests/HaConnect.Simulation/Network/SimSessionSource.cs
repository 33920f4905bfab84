using System.Net.Sockets;
using HaConnect.Connections;
using HaConnect.Simulation.Instances;
using HaConnect.Simulation.Running;
using HaConnect.Simulation.Servers;
using Npgsql;

namespace HaConnect.Simulation.Network;

/// <summary>Opens sessions of one instance with one server.</summary>
internal sealed class SimSessionSource(SimInstance instance, SimServer server, long lease) : ISessionSource
{
    public async Task<ISession> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var opening = new TaskCompletionSource<SimSession>();
        Open(opening.TrySetResult, e => opening.TrySetException(e), (long)timeout.TotalMicroseconds);
        var session = await opening.Task.ConfigureAwait(false);
        return instance.World.Config.DoesBreak(Breaks.OutsideLockSession) ? new ReconnectingSession(this, session) : session;
    }

    /// <summary>The same without tasks, for clients.</summary>
    internal void Open(Func<SimSession, bool> opened, Func<Exception, bool> failed, long timeout)
    {
        var done = false;
        var network = instance.World.Network;
        var up = new Pipe(network, instance.Host, server.Host);
        var down = new Pipe(network, server.Host, instance.Host);
        instance.Actor.After(timeout, () =>
        {
            if (!done)
                failed(new TimeoutException());
            done = true;
        });
        network.Send(up, () =>
        {
            if (server.Process is not { } process)
            {
                Answer(() => failed(new NpgsqlException("refused", new SocketException((int)SocketError.ConnectionRefused))));
                return;
            }

            process.Actor.Run(() =>
            {
                if (!process.Accepts)
                    Answer(() => failed(Error("57P03", "the database system is starting up")));
                else if (server.IsOutOfConnections)
                    Answer(() => failed(Error("53300", "sorry, too many clients already")));
                else
                    Opened(new SimSession(instance, process, up, down, lease));
            });
        });

        void Opened(SimSession session) => network.Send(down, () =>
        {
            if (instance.Actor.IsDead)
            {
                session.CloseFromClient();
                return;
            }

            instance.Actor.Run(() =>
            {
                if (done)
                {
                    session.CloseFromClient();
                    return;
                }

                done = true;
                instance.Sessions.Add(session);
                opened(session);
            });
        });

        void Answer(Func<bool> answer) => network.Send(down, () => instance.Actor.Run(() =>
        {
            if (!done)
            {
                done = true;
                answer();
            }
        }));
    }

    public ValueTask DisposeAsync() => default;

    internal static PostgresException Error(string sqlState, string message) => new(message, "FATAL", "FATAL", sqlState);
}
