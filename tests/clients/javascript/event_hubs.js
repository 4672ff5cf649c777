// @azure/event-hubs, as its quickstart uses it.
"use strict";
const {
  EventHubBufferedProducerClient, EventHubConsumerClient, EventHubProducerClient, earliestEventPosition,
  latestEventPosition,
} = require("@azure/event-hubs");
const { BlobCheckpointStore } = require("@azure/eventhubs-checkpointstore-blob");
const { ContainerClient } = require("@azure/storage-blob");

function retrying(asked) {
  // A message in flight when the connection breaks is waited for until `timeoutInMs`, by default a minute.
  const maxRetries = asked.retries;
  return maxRetries === undefined ? {} : { retryOptions: { maxRetries, retryDelayInMs: 300, timeoutInMs: 5000 } };
}

function producer(asked) {
  return new EventHubProducerClient(asked.connection, asked.hub, retrying(asked));
}

async function using(client, work) {
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function events(asked) {
  const bodies = [...(asked.bodies ?? []), ...(asked.size ? ["x".repeat(asked.size)] : [])];
  return bodies.map((body) => ({ body: Buffer.from(body) }));
}

async function send(asked) {
  const where = { partitionId: asked.partition, partitionKey: asked.key };
  if (asked.way === "buffered") {
    let failed;
    const client = new EventHubBufferedProducerClient(asked.connection, asked.hub, {
      ...retrying(asked), onSendEventsErrorHandler: async (context) => { failed = context.error; },
    });
    await using(client, async () => {
      for (const event of events(asked)) await client.enqueueEvent(event, where);
      await client.flush();
    });
    if (failed) throw failed;
    return { sent: events(asked).length };
  }
  return using(producer(asked), async (client) => {
    if (asked.way === "list") {
      await client.sendBatch(events(asked), where);
      return { sent: events(asked).length };
    }
    const batch = await client.createBatch(where);
    for (const event of events(asked)) {
      if (!batch.tryAdd(event)) throw new Error("the event exceeds the size of a batch");
    }
    for (let left = asked.tiny ?? 0; left > 0 && batch.tryAdd({ body: Buffer.from("x") }); left--);
    await client.sendBatch(batch);
    return { sent: batch.count };
  });
}

async function pump(asked, got) {
  return using(producer(asked), async (client) => {
    for (let number = 0; number < asked.count; number++) {
      await client.sendBatch([{ body: Buffer.from(String(number)) }], { partitionId: asked.partition });
      got(number);
    }
    return { sent: asked.count };
  });
}

function start(position = {}) {
  const isInclusive = position.inclusive ?? false;
  if (position.offset !== undefined) return { offset: position.offset, isInclusive };
  if (position.sequence !== undefined) return { sequenceNumber: position.sequence, isInclusive };
  if (position.timeMs !== undefined) return { enqueuedOn: position.timeMs, isInclusive };
  return position.latest ? latestEventPosition : earliestEventPosition;
}

function content(event) { // what reads as JSON comes as its value
  return Buffer.isBuffer(event.body) ? event.body : Buffer.from(JSON.stringify(event.body));
}

function about(event) {
  return {
    size: content(event).length, body: content(event).subarray(0, 32).toString(), sequence: event.sequenceNumber,
    offset: event.offset, timeMs: event.enqueuedTimeUtc.getTime(), key: event.partitionKey ?? "",
  };
}

function group(asked) {
  return asked.group ?? EventHubConsumerClient.defaultConsumerGroupName;
}

async function receive(asked, got, cancelled) {
  const client = new EventHubConsumerClient(group(asked), asked.connection, asked.hub, retrying(asked));
  return using(client, () => new Promise((resolve, reject) => {
    const found = [];
    const subscription = client.subscribe(asked.partition, {
      processEvents: async (some) => {
        for (const event of some.slice(0, asked.count - found.length)) {
          found.push(about(event));
          if (asked.follow) got(about(event));
        }
        if (found.length >= asked.count) end(resolve, { events: found });
      },
      processError: async (error) => {
        if (!error.retryable || asked.retries === 0) end(reject, error);
      },
    }, { startPosition: start(asked.position), ownerLevel: asked.ownerLevel, maxWaitTimeInSeconds: 1, maxBatchSize: 50 });
    const end = (how, what) => subscription.close().then(() => how(what), reject);
    cancelled.addEventListener("abort", () => end(resolve, { events: found }));
  }));
}

async function properties(asked) {
  return using(producer(asked), async (client) => {
    const hub = await client.getEventHubProperties();
    return { name: hub.name, partitions: hub.partitionIds };
  });
}

async function partition(asked) {
  return using(producer(asked), async (client) => {
    const found = await client.getPartitionProperties(asked.partition);
    return {
      first: found.beginningSequenceNumber, last: found.lastEnqueuedSequenceNumber, offset: found.lastEnqueuedOffset,
      empty: found.isEmpty,
    };
  });
}

async function process(asked, got, cancelled) {
  const store = new BlobCheckpointStore(new ContainerClient(asked.storage, asked.container));
  const client = new EventHubConsumerClient(group(asked), asked.connection, asked.hub, store, {
    ...retrying(asked),
    loadBalancingOptions: { strategy: "balanced", updateIntervalInMs: 500, partitionOwnershipExpirationIntervalInMs: 3000 },
  });
  await using(client, () => new Promise((resolve) => {
    client.subscribe({
      processEvents: async (some, context) => {
        for (const event of some) {
          got({ partition: context.partitionId, body: content(event).toString() });
          await context.updateCheckpoint(event);
        }
      },
      processError: async () => {},
    }, { startPosition: earliestEventPosition, maxWaitTimeInSeconds: 1, maxBatchSize: 10 });
    cancelled.addEventListener("abort", resolve);
  }));
}

module.exports = { send, pump, receive, properties, partition, process };
