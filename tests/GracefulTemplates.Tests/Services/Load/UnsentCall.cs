using Grpc.Core;

namespace GracefulTemplates.Tests.Services.Load;

/// <summary>
/// HttpClient fails a request over HTTP/2 that it has not sent yet if the connection closes in between (docs/clients.md). It is safe to retry.
/// One that was sent and cut off shows in the exit code of the service.
/// </summary>
internal static class UnsentCall
{
    /// <summary>Whether it had to be made once more.</summary>
    public static async Task<bool> OnceMoreAsync(Func<Task> call)
    {
        try
        {
            await call();
            return false;
        }
        catch (Exception e) when (Cause(e) is HttpProtocolException { ErrorCode: 0 })
        {
            await call();
            return true;
        }
    }

    private static Exception? Cause(Exception e) => (e is RpcException call ? call.Status.DebugException : e)?.GetBaseException();
}
