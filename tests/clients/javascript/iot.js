// azure-iot-device, as its quickstarts use it: one client a process.
"use strict";
const fs = require("node:fs");
const { Client, Message, ModuleClient } = require("azure-iot-device");
const { Mqtt } = require("azure-iot-device-mqtt");

let client;
let twin;

async function made(asked) {
  if (asked.connection === undefined) return ModuleClient.fromEnvironment(Mqtt);
  const kind = asked.connection.includes("ModuleId=") ? ModuleClient : Client;
  const one = kind.fromConnectionString(asked.connection, Mqtt);
  await one.setOptions({ ca: fs.readFileSync(asked.ca, "utf8") });
  return one;
}

async function connect(asked, got, cancelled) {
  client = await made(asked);
  await client.open();
  twin = await client.getTwin();
  twin.on("properties.desired", (desired) => got({ desired }));
  const answer = (request, response) => {
    got({ method: request.methodName });
    response.send(200, { echo: request.payload }, () => {});
  };
  if (client instanceof ModuleClient) client.onMethod("ping", answer);
  else client.onDeviceMethod("ping", answer);
  await new Promise((resolve) => setTimeout(resolve, 100)); // onMethod tells nobody when it listens
  got({ open: true });
  await new Promise((resolve) => cancelled.addEventListener("abort", resolve));
  await client.close();
}

function told(start) {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

async function report(asked, got) {
  for (let number = 0; number < (asked.times ?? 1); number++) {
    await told((done) => twin.properties.reported.update({ number }, done));
    got(number);
  }
}

async function telemetry(asked, got) {
  for (let number = 0; number < (asked.times ?? 1); number++) {
    const message = new Message(JSON.stringify({ number }));
    message.properties.add("kind", "count");
    await client.sendEvent(message);
    got(number);
  }
}

async function wholeTwin() {
  const { desired, reported } = (await client.getTwin()).properties;
  return JSON.parse(JSON.stringify({ desired, reported }));
}

module.exports = { connect, report, telemetry, twin: wholeTwin };
