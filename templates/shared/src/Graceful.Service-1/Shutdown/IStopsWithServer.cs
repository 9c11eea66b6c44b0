namespace Graceful.Service_1.Shutdown;

/// <summary>
/// A hosted service that brings in work from outside, as the server does: a consumer of messages. Wherever it was registered, it stops
/// right behind the server, before the buses, queues and clients that this work may still need.
/// </summary>
/// <remarks>
/// It takes nothing new from <see cref="ShutdownPhases.StopRequested"/> on, and its <c>StopAsync</c> ends with the last of its work. With
/// <see cref="HostOptions.ServicesStopConcurrently"/> there is no order, as in stock.
/// </remarks>
public interface IStopsWithServer : IHostedService;
