import com.azure.core.amqp.AmqpRetryMode;
import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventDataBatch;
import com.azure.messaging.eventhubs.EventHubBufferedProducerClientBuilder;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventProcessorClientBuilder;
import com.azure.messaging.eventhubs.LoadBalancingStrategy;
import com.azure.messaging.eventhubs.checkpointstore.blob.BlobCheckpointStore;
import com.azure.messaging.eventhubs.models.CreateBatchOptions;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import com.azure.messaging.eventhubs.models.ReceiveOptions;
import com.azure.messaging.eventhubs.models.SendOptions;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;

/** azure-messaging-eventhubs, as its quickstart uses it. */
final class EventHubs {
    static void addTo(Map<String, Program.Handler> handlers) {
        handlers.put("send", EventHubs::send);
        handlers.put("pump", EventHubs::pump);
        handlers.put("receive", EventHubs::receive);
        handlers.put("properties", EventHubs::properties);
        handlers.put("partition", EventHubs::partition);
        handlers.put("process", EventHubs::process);
    }

    private static AmqpRetryOptions retries(JsonObject asked) {
        return new AmqpRetryOptions().setMode(AmqpRetryMode.FIXED).setMaxRetries(Program.number(asked, "retries", 3))
            .setDelay(Duration.ofMillis(500)).setTryTimeout(Duration.ofSeconds(20));
    }

    private static EventHubClientBuilder builder(JsonObject asked) {
        return new EventHubClientBuilder()
            .connectionString(Program.text(asked, "connection"), Program.text(asked, "hub"))
            .consumerGroup(group(asked)).retryOptions(retries(asked));
    }

    private static String group(JsonObject asked) {
        return asked.has("group") ? Program.text(asked, "group") : EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME;
    }

    private static List<EventData> events(JsonObject asked) {
        List<EventData> events = new ArrayList<>();
        if (asked.has("bodies")) {
            for (JsonElement body : asked.getAsJsonArray("bodies")) {
                events.add(new EventData(body.getAsString()));
            }
        }
        if (asked.has("size")) {
            events.add(new EventData("x".repeat(asked.get("size").getAsInt())));
        }
        return events;
    }

    /** By batch, with the asynchronous client, or buffered. */
    private static Object send(JsonObject asked, Consumer<Object> got) throws Exception {
        String way = asked.has("way") ? Program.text(asked, "way") : "batch";
        var where = new SendOptions().setPartitionId(Program.text(asked, "partition"))
            .setPartitionKey(Program.text(asked, "key"));
        List<EventData> events = events(asked);
        if (way.equals("buffered")) {
            AtomicReference<Throwable> failed = new AtomicReference<>();
            try (var producer = new EventHubBufferedProducerClientBuilder()
                .connectionString(Program.text(asked, "connection"), Program.text(asked, "hub"))
                .retryOptions(retries(asked)).maxWaitTime(Duration.ofMillis(100))
                .onSendBatchFailed(context -> failed.set(context.getThrowable()))
                .onSendBatchSucceeded(context -> { }).buildClient()) {
                producer.enqueueEvents(events, where);
                producer.flush();
            }
            if (failed.get() != null) {
                throw new IllegalStateException(failed.get());
            }
            return Map.of("sent", events.size());
        }
        if (way.equals("async")) {
            try (var producer = builder(asked).buildAsyncProducerClient()) {
                producer.send(events, where).block();
            }
            return Map.of("sent", events.size());
        }
        try (var producer = builder(asked).buildProducerClient()) {
            EventDataBatch batch = producer.createBatch(new CreateBatchOptions()
                .setPartitionId(where.getPartitionId()).setPartitionKey(where.getPartitionKey()));
            for (EventData event : events) {
                if (!batch.tryAdd(event)) {
                    throw new IllegalArgumentException("the event exceeds the size of a batch");
                }
            }
            for (int left = Program.number(asked, "tiny", 0); left > 0 && batch.tryAdd(new EventData("x")); left--) {
                continue;
            }
            producer.send(batch);
            return Map.of("sent", batch.getCount());
        }
    }

    /** Numbers one by one, each after the last was acknowledged. */
    private static Object pump(JsonObject asked, Consumer<Object> got) {
        int count = asked.get("count").getAsInt();
        try (var producer = builder(asked).buildProducerClient()) {
            for (int number = 0; number < count; number++) {
                producer.send(List.of(new EventData(Integer.toString(number))),
                    new SendOptions().setPartitionId(Program.text(asked, "partition")));
                got.accept(number);
            }
        }
        return Map.of("sent", count);
    }

    private static EventPosition start(JsonObject position) {
        boolean inclusive = position.has("inclusive") && position.get("inclusive").getAsBoolean();
        if (position.has("offset")) {
            return EventPosition.fromOffsetString(position.get("offset").getAsString());
        }
        if (position.has("sequence")) {
            return EventPosition.fromSequenceNumber(position.get("sequence").getAsLong(), inclusive);
        }
        if (position.has("timeMs")) {
            return EventPosition.fromEnqueuedTime(Instant.ofEpochMilli(position.get("timeMs").getAsLong()));
        }
        return position.has("latest") ? EventPosition.latest() : EventPosition.earliest();
    }

    private static Map<String, Object> about(EventData event) {
        String body = event.getBodyAsString();
        Map<String, Object> about = new TreeMap<>();
        about.put("size", event.getBody().length);
        about.put("body", body.substring(0, Math.min(32, body.length())));
        about.put("sequence", event.getSequenceNumber());
        about.put("offset", event.getOffsetString());
        about.put("timeMs", event.getEnqueuedTime().toEpochMilli());
        about.put("key", event.getPartitionKey() == null ? "" : event.getPartitionKey());
        return about;
    }

    private static Object receive(JsonObject asked, Consumer<Object> got) throws Exception {
        int count = asked.get("count").getAsInt();
        List<Object> events = new ArrayList<>();
        CountDownLatch ended = new CountDownLatch(1);
        AtomicReference<Throwable> failed = new AtomicReference<>();
        ReceiveOptions options = new ReceiveOptions();
        if (asked.has("ownerLevel")) {
            options.setOwnerLevel(asked.get("ownerLevel").getAsLong());
        }
        try (var consumer = builder(asked).buildAsyncConsumerClient()) {
            AtomicReference<EventPosition> next = new AtomicReference<>(start(asked.getAsJsonObject("position")));
            var reading = Flux.defer(() -> consumer.receiveFromPartition(
                Program.text(asked, "partition"), next.get(), options))
                .repeat() // the stream completes when the connection is lost
                .map(PartitionEvent::getData).take(count).subscribe(event -> {
                    next.set(EventPosition.fromSequenceNumber(event.getSequenceNumber()));
                    events.add(about(event));
                    if (asked.has("follow")) {
                        got.accept(about(event));
                    }
                }, error -> {
                    failed.set(error);
                    ended.countDown();
                }, ended::countDown);
            try {
                ended.await();
            } finally {
                reading.dispose();
            }
        }
        if (failed.get() != null) {
            throw new IllegalStateException(failed.get());
        }
        return Map.of("events", events);
    }

    private static Object properties(JsonObject asked, Consumer<Object> got) {
        try (var producer = builder(asked).buildProducerClient()) {
            var hub = producer.getEventHubProperties();
            return Map.of("name", hub.getName(), "partitions", hub.getPartitionIds().stream().toList());
        }
    }

    private static Object partition(JsonObject asked, Consumer<Object> got) {
        try (var producer = builder(asked).buildProducerClient()) {
            var found = producer.getPartitionProperties(Program.text(asked, "partition"));
            return Map.of("first", found.getBeginningSequenceNumber(), "last", found.getLastEnqueuedSequenceNumber(),
                "offset", String.valueOf(found.getLastEnqueuedOffset()), "empty", found.isEmpty());
        }
    }

    /** Shares the partitions with the other processors of the container, and keeps checkpoints in it. */
    private static Object process(JsonObject asked, Consumer<Object> got) throws Exception {
        var container = new BlobContainerClientBuilder().connectionString(Program.text(asked, "storage"))
            .containerName(Program.text(asked, "container")).buildAsyncClient();
        var processor = new EventProcessorClientBuilder()
            .connectionString(Program.text(asked, "connection"), Program.text(asked, "hub"))
            .consumerGroup(group(asked)).checkpointStore(new BlobCheckpointStore(container))
            .loadBalancingStrategy(LoadBalancingStrategy.GREEDY).loadBalancingUpdateInterval(Duration.ofMillis(500))
            .partitionOwnershipExpirationInterval(Duration.ofSeconds(3))
            .initialPartitionEventPosition(partition -> EventPosition.earliest())
            .processEvent(context -> {
                got.accept(Map.of("partition", context.getPartitionContext().getPartitionId(),
                    "body", context.getEventData().getBodyAsString()));
                context.updateCheckpoint();
            })
            .processError(context -> { }).buildEventProcessorClient();
        processor.start();
        try {
            new CountDownLatch(1).await();
        } finally {
            processor.stop();
        }
        return Map.of();
    }
}
