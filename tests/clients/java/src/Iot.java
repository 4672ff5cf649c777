import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.InternalClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubConnectionStatusChangeReason;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.ModuleClient;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.hsm.UnixDomainSocketChannel;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.device.transport.IotHubTransportMessage;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.GetTwinCorrelatingMessageCallback;
import com.microsoft.azure.sdk.iot.device.twin.ReportedPropertiesUpdateCorrelatingMessageCallback;
import com.microsoft.azure.sdk.iot.device.twin.ReportedPropertiesUpdateResponse;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** iot-device-client, as its samples use it: one client a process. */
final class Iot {
    private static final Gson JSON = new Gson();
    private static InternalClient client;

    static void addTo(Map<String, Program.Handler> handlers) {
        handlers.put("connect", Iot::connect);
        handlers.put("report", Iot::report);
        handlers.put("telemetry", Iot::telemetry);
        handlers.put("twin", Iot::twin);
    }

    private static Object connect(JsonObject asked, Consumer<Object> got) throws Exception {
        client = made(asked);
        BlockingQueue<Boolean> lost = new LinkedBlockingQueue<>();
        client.setConnectionStatusChangeCallback(change -> {
            boolean byItself = change.getNewStatusReason() != IotHubConnectionStatusChangeReason.CLIENT_CLOSE;
            if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED && byItself) {
                lost.add(true);
            }
        }, null);
        open(got);
        got.accept(Map.of("open", true));
        try {
            while (lost.take()) { // the SDK has given up, as when the workload socket is away: open again, as it asks
                reopen(got);
                lost.clear();
            }
        } finally {
            client.close();
        }
        return Map.of();
    }

    private static void open(Consumer<Object> got) throws Exception {
        client.open(false);
        client.subscribeToDesiredProperties(
            (twin, context) -> got.accept(Map.of("desired", twin.getDesiredProperties().toJsonElement())), null);
        client.subscribeToMethods((name, payload, context) -> {
            got.accept(Map.of("method", name));
            return new DirectMethodResponse(200, Map.of("echo", payload.getPayloadAsJsonElement()));
        }, null);
    }

    private static void reopen(Consumer<Object> got) throws InterruptedException {
        for (boolean opened = false; !opened; ) {
            try {
                client.close();
                open(got);
                opened = true;
            } catch (InterruptedException interrupted) {
                throw interrupted;
            } catch (Exception away) {
                Thread.sleep(500);
            }
        }
    }

    private static InternalClient made(JsonObject asked) throws Exception {
        var protocol = IotHubClientProtocol.MQTT;
        if (!asked.has("connection")) {
            return ModuleClient.createFromEnvironment(new UnixSocket(), protocol);
        }
        var options = ClientOptions.builder().sslContext(trusting(Program.text(asked, "ca"))).build();
        String connection = Program.text(asked, "connection");
        return connection.contains("ModuleId=")
            ? new ModuleClient(connection, protocol, options) : new DeviceClient(connection, protocol, options);
    }

    private static SSLContext trusting(String file) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        try (var certificate = new FileInputStream(file)) {
            store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(certificate));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static Object report(JsonObject asked, Consumer<Object> got) throws Exception {
        int times = Program.number(asked, "times", 1);
        for (int number = 0; number < times; number++) {
            var properties = new TwinCollection();
            properties.put("number", number);
            var answer = new Answer();
            client.updateReportedPropertiesAsync(properties, answer, null);
            answer.get();
            got.accept(number);
        }
        return Map.of("answers", Answer.arrived.get(), "told", Answer.told.get());
    }

    /**
     * Waits for an answer about the twin by both words that the SDK gives of it. When one comes, its receiving thread
     * may forget who asked before its MQTT thread has looked that up (IotHubTransport, onMessageReceived and
     * acknowledgeReceivedMessage; its issue 1803): then onResponseReceived is never called, and the synchronous forms,
     * which know no other word, time out. onResponseAcknowledged is called before it forgets.
     */
    private static final class Answer
        implements GetTwinCorrelatingMessageCallback, ReportedPropertiesUpdateCorrelatingMessageCallback {
        static final AtomicInteger arrived = new AtomicInteger();
        static final AtomicInteger told = new AtomicInteger();
        private final CompletableFuture<Message> message = new CompletableFuture<>();

        Message get() throws Exception {
            return message.get(30, TimeUnit.SECONDS);
        }

        @Override
        public void onResponseReceived(Message answer, Object context, IotHubStatusCode status,
            ReportedPropertiesUpdateResponse response, IotHubClientException error) {
            told.incrementAndGet();
            take(answer);
        }

        @Override
        public void onResponseReceived(Twin twin, Message answer, Object context, IotHubStatusCode status,
            IotHubClientException error) {
            take(answer);
        }

        @Override
        public void onResponseAcknowledged(Message answer, Object context) {
            arrived.incrementAndGet();
            take(answer);
        }

        private void take(Message answer) {
            String number = ((IotHubTransportMessage) answer).getStatus();
            var status = IotHubStatusCode.getIotHubStatusCode(Integer.parseInt(number));
            if (IotHubStatusCode.isSuccessful(status)) {
                message.complete(answer);
            } else {
                message.completeExceptionally(new IotHubClientException(status, "refused"));
            }
        }

        @Override
        public void onRequestQueued(Message request, Object context) { }

        @Override
        public void onRequestSent(Message request, Object context) { }

        @Override
        public void onRequestAcknowledged(Message request, Object context, IotHubClientException error) {
            if (error != null) {
                message.completeExceptionally(error);
            }
        }
    }

    private static Object telemetry(JsonObject asked, Consumer<Object> got) throws Exception {
        int times = Program.number(asked, "times", 1);
        for (int number = 0; number < times; number++) {
            var message = new Message(JSON.toJson(Map.of("number", number)));
            message.setProperty("kind", "count");
            send(message);
            got.accept(number);
        }
        return Map.of("sent", times);
    }

    /** Sends a message; again where the SDK has given up and is being opened again. */
    private static void send(Message message) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (boolean sent = false; !sent; ) {
            try {
                client.sendEvent(message, 60_000);
                sent = true;
            } catch (IllegalStateException closed) {
                if (System.nanoTime() > until) {
                    throw closed;
                }
                Thread.sleep(100);
            }
        }
    }

    private static Object twin(JsonObject asked, Consumer<Object> got) throws Exception {
        var answer = new Answer();
        client.getTwinAsync(answer, null);
        Twin twin = Twin.createFromPropertiesJson(new String(answer.get().getBytes(), StandardCharsets.UTF_8));
        return Map.of("desired", twin.getDesiredProperties().toJsonElement(),
            "reported", twin.getReportedProperties().toJsonElement());
    }

    /** What Java itself has; the SDK asks for it, as it brings none. */
    private static final class UnixSocket implements UnixDomainSocketChannel {
        private SocketChannel channel;

        @Override
        public void open(String path) throws IOException {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        @Override
        public int read(byte[] bytes) throws IOException {
            return channel.read(ByteBuffer.wrap(bytes));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
