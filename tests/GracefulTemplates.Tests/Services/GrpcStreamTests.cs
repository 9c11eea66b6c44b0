using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using GracefulTemplates.Lab;
using Graceful.Service_1.Grpc.V1;
using Xunit.Abstractions;

namespace GracefulTemplates.Tests.Services;

public sealed class GrpcStreamTests(GrpcFixture fixture, ITestOutputHelper output) : ServiceTests(fixture, output), IClassFixture<GrpcFixture>
{
    [Fact]
    public async Task Streams_go_on_in_the_delay_and_leave_when_draining_begins_though_their_handlers_ignore_every_token()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 3));
        using var client = new GrpcClient(service);
        using var server = await ServerAsync(client, "ignore-token");
        using var upload = await UploadAsync(client, service, "ignore-token");
        using var foreign = await UploadAsync(client, service, "foreign-token");
        using var duplex = client.Streams.Duplex();
        await EchoAsync(duplex, "one");

        service.Send(Signal.Terminate);
        await service.Log.UntilAsync(LogEntry.Stopping);
        await EchoAsync(duplex, "two");

        StreamEnd[] ends = await Task.WhenAll(client.EndAsync(server.ResponseStream), client.EndAsync(upload.ResponseAsync),
            client.EndAsync(foreign.ResponseAsync), client.EndAsync(duplex.ResponseStream));
        Assert.All(ends, end => Assert.Equal(StreamEnd.ShuttingDown, end.Said));
        var draining = await service.Log.UntilLabSaysAsync("draining");
        Assert.All(ends, end => Assert.InRange((end.At - draining.At).TotalSeconds, -0.1, 1));
        (await service.EndAsync()).Is(0, "drained").SaidSo().Within(3 + 2.5);
    }

    [Theory]
    [InlineData("return", StatusCode.Unavailable, "server is shutting down")]
    [InlineData("return-on-draining", StatusCode.Unavailable, "server is shutting down")]
    [InlineData("throw", StatusCode.Unavailable, "server is shutting down")]
    [InlineData("throw-cancelled", StatusCode.Unavailable, "server is shutting down")]
    [InlineData("request-aborted", StatusCode.Unavailable, "server is shutting down")]
    [InlineData("chatter", StatusCode.Unavailable, "server is shutting down")]
    [InlineData("chatter-with-token", StatusCode.Unavailable, "server is shutting down")]
    [InlineData("call-on", StatusCode.Unavailable, "server is shutting down")]
    [InlineData("throw-own-status", StatusCode.Aborted, "own")]
    [InlineData("set-own-status", StatusCode.Aborted, "own")]
    [InlineData("complete", StatusCode.OK, "")]
    public async Task A_stream_that_was_cut_is_never_taken_for_complete_unless_its_handler_says_so(string how, StatusCode status, string detail)
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0));
        using var client = new GrpcClient(service);
        using var server = await ServerAsync(client, how);
        if (how == "call-on") await service.Log.UntilBegunAsync();

        service.Send(Signal.Terminate);

        Assert.Equal((status, detail), (await client.EndAsync(server.ResponseStream)).Said);
        (await service.EndAsync()).Is(0, "drained").Within(2.5);
    }

    // As with stock, where no token fires and a handler looks at ApplicationStopping.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_can_send_a_last_message_when_its_token_has_fired(bool hasDeadline)
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0));
        using var client = new GrpcClient(service);
        using var call = client.Streams.Server(new Word { Text = "goodbye" }, deadline: hasDeadline ? DateTime.UtcNow.AddMinutes(1) : null);
        Assert.True(await call.ResponseStream.MoveNext());

        service.Send(Signal.Terminate);

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("goodbye", call.ResponseStream.Current.Text);
        Assert.Equal(StreamEnd.ShuttingDown, (await client.EndAsync(call.ResponseStream)).Said);
        (await service.EndAsync()).Is(0, "drained").Within(2.5);
    }

    // As with stock. What it sends after that is refused, for nobody knows whether it ever ends.
    [Fact]
    public async Task The_result_of_a_handler_that_was_at_work_without_its_token_arrives()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0));
        using var client = new GrpcClient(service);
        using var server = await ServerAsync(client, "late-result");
        await service.Log.UntilLabSaysAsync("at work");

        service.Send(Signal.Terminate);

        Assert.True(await server.ResponseStream.MoveNext());
        Assert.Equal("result", server.ResponseStream.Current.Text);
        var end = await client.EndAsync(server.ResponseStream);
        Assert.Equal(0, end.Received);
        Assert.NotEqual(StatusCode.OK, end.Status.StatusCode); // Ours, unless its connection, which closes right behind it, is quicker.
        (await service.EndAsync()).Is(0, "drained").Within(2 + 2.5);
    }

    [Fact]
    public async Task A_handler_can_tell_its_own_token_when_it_stops_reading()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0));
        using var client = new GrpcClient(service);
        using var duplex = client.Streams.Duplex();

        await duplex.RequestStream.WriteAsync(new Word { Text = "read-timeout" });

        Assert.True(await duplex.ResponseStream.MoveNext());
        Assert.Equal("timed out", duplex.ResponseStream.Current.Text);
        service.Send(Signal.Terminate);
        (await service.EndAsync()).Is(0, "drained");
    }

    [Fact]
    public async Task An_upload_that_was_cut_has_no_answer_and_one_that_was_complete_has()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0));
        using var client = new GrpcClient(service);
        using var cut = await UploadAsync(client, service, "return");
        using var complete = await UploadAsync(client, service, "answer");
        await complete.RequestStream.WriteAsync(new Word());
        await complete.RequestStream.CompleteAsync();
        await service.Log.UntilLabSaysAsync("answer has read all");

        service.Send(Signal.Terminate);

        Assert.Equal("2", (await complete).Text);
        Assert.Equal(StreamEnd.ShuttingDown, (await client.EndAsync(cut.ResponseAsync)).Said);
        (await service.EndAsync()).Is(0, "drained").Within(2.5);
    }

    [Fact]
    public async Task The_streams_of_the_sample_leave_too_and_those_with_a_deadline()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0));
        using var client = new GrpcClient(service);
        using var watch = client.Jobs.Watch(new WatchRequest(), deadline: DateTime.UtcNow.AddMinutes(1));
        Assert.True(await watch.ResponseStream.MoveNext());
        using var idle = client.Jobs.RunAll();
        using var busy = client.Jobs.RunAll();
        await busy.RequestStream.WriteAsync(new RunRequest { Name = "busy", Seconds = 60 });
        await service.Log.UntilBegunAsync();

        service.Send(Signal.Terminate);

        Assert.Equal(StreamEnd.ShuttingDown, (await client.EndAsync(watch.ResponseStream)).Said);
        Assert.Equal(StreamEnd.ShuttingDown, (await client.EndAsync(idle.ResponseStream)).Said);
        Assert.Equal(StreamEnd.ShuttingDown, (await client.EndAsync(busy.ResponseStream)).Said);
        (await service.EndAsync()).Is(0, "drained").Within(2.5);
    }

    [Fact]
    public async Task A_stream_that_is_deaf_is_aborted_at_the_deadline_by_name()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0, drain: 2));
        using var client = new GrpcClient(service);
        using var server = await ServerAsync(client, "deaf");

        service.Send(Signal.Terminate);

        var end = await client.EndAsync(server.ResponseStream);
        Assert.Contains(end.Status.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Cancelled]);
        var ending = (await service.EndAsync()).Is(2, "aborted").SaidSo().Within(2 + 2);
        Assert.Equal("/lab.Streams/Server", Assert.Single(ending.Aborted).Name);
    }

    [Fact]
    public async Task A_hundred_streams_take_no_longer_to_leave_than_one()
    {
        // The better of two each, for other tests may take the machine away from one of them.
        var one = TimeSpan.FromTicks(Math.Min((await StopWithAsync(streams: 1)).Ticks, (await StopWithAsync(streams: 1)).Ticks));
        var hundred = TimeSpan.FromTicks(Math.Min((await StopWithAsync(streams: 100)).Ticks, (await StopWithAsync(streams: 100)).Ticks));

        Output.WriteLine($"stopped with 1 stream in {one.TotalSeconds:0.00} s, with 100 in {hundred.TotalSeconds:0.00} s");
        Assert.InRange(hundred.TotalSeconds, 0, one.TotalSeconds + 1);
    }

    // Its connection closes right behind it otherwise, and a busy client has not read the status by then.
    [Fact]
    public async Task A_stream_that_has_left_before_anybody_looks_has_time_to_be_read_too()
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0) with { Lab = "phases,slow-on-stopping" });
        using var client = new GrpcClient(service);
        using var duplex = client.Streams.Duplex();
        await EchoAsync(duplex, "one");

        service.Send(Signal.Terminate);

        Assert.Equal(StreamEnd.ShuttingDown, (await client.EndAsync(duplex.ResponseStream)).Said);
        var ending = (await service.EndAsync()).Is(0, "drained").SaidSo();
        Assert.True(ending.Report.GetProperty("seconds").GetProperty("drain").GetDouble() >= 0.6, "The slow callback takes 0.3 s, the pause another 0.3 s.");
    }

    // Not every client reads the status of a call that was refused with a status of HTTP, and it counts as a fault of the server.
    [Theory]
    [InlineData("jobs.v1.Jobs/RunAll")]
    [InlineData("lab.Streams/Duplex")]
    public async Task A_stream_that_has_sent_nothing_yet_ends_with_a_status_of_gRPC(string method)
    {
        await using var service = await StartReadyAsync(Grpc(delay: 1));
        using var http2 = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{service.Http2Port}/{method}")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new OpenUpload(),
        };
        request.Headers.TE.ParseAdd("trailers");
        var answer = http2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        service.Send(Signal.Terminate);

        using var response = await answer;
        Assert.Equal((HttpStatusCode.OK, "application/grpc"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal("14", Assert.Single(response.Headers.GetValues("grpc-status")));
        (await service.EndAsync()).Is(0, "drained").SaidSo();
    }

    private async Task<TimeSpan> StopWithAsync(int streams)
    {
        await using var service = await StartReadyAsync(Grpc(delay: 0));
        // A connection each: it is closed right behind its last stream, and what the client has not read by then is lost.
        var clients = Enumerable.Range(0, streams).Select(_ => new GrpcClient(service)).ToArray();
        var calls = clients.Select(client => client.Streams.Duplex()).ToArray();
        await Task.WhenAll(calls.Select(call => EchoAsync(call, "x")));

        service.Send(Signal.Terminate);

        var ends = await Task.WhenAll(calls.Zip(clients, (call, client) => client.EndAsync(call.ResponseStream)));
        Assert.All(ends, end => Assert.Equal(StreamEnd.ShuttingDown, end.Said));
        foreach (var client in clients)
            client.Dispose();
        return (await service.EndAsync()).Is(0, "drained").AfterSignal;
    }

    private static async Task<AsyncServerStreamingCall<Word>> ServerAsync(GrpcClient client, string how)
    {
        var call = client.Streams.Server(new Word { Text = how });
        Assert.True(await call.ResponseStream.MoveNext());
        return call;
    }

    private static async Task<AsyncClientStreamingCall<Word, Word>> UploadAsync(GrpcClient client, ServiceProcess service, string how)
    {
        var call = client.Streams.Client();
        await call.RequestStream.WriteAsync(new Word { Text = how });
        await service.Log.UntilLabSaysAsync($"{how} has begun");
        return call;
    }

    private static async Task EchoAsync(AsyncDuplexStreamingCall<Word, Word> call, string text)
    {
        await call.RequestStream.WriteAsync(new Word { Text = text });
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(text, call.ResponseStream.Current.Text);
    }

    private static ServiceStart Grpc(double delay, double drain = 10) =>
        new() { Http2 = true, Settings = Budget(delay, drain), Lab = "phases" };

    /// <summary>The messages of a call that has only begun.</summary>
    private sealed class OpenUpload : HttpContent
    {
        public OpenUpload() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.Delay(Timeout.Infinite);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.Infinite, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
