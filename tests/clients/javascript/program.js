// Runs the official JavaScript clients as a test tells it to (tests/clients/driver.py has the protocol).
"use strict";
const readline = require("node:readline");

const handlers = { ...require("./event_hubs"), ...require("./iot"), ...require("./storage"), ...require("./face") };
const running = new Map();

function print(answer) {
  process.stdout.write(JSON.stringify(answer) + "\n");
}

async function run(asked) {
  const cancelled = new AbortController();
  running.set(asked.id, cancelled);
  try {
    const done = await handlers[asked.do](asked, (got) => print({ id: asked.id, got }), cancelled.signal);
    print({ id: asked.id, done: done ?? {} });
  } catch (error) {
    const condition = String(error.code ?? "");
    print({ id: asked.id, failed: { type: error.name ?? "Error", condition, message: String(error.message ?? error) } });
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  if (asked.do === "cancel") running.get(asked.of).abort();
  else run(asked);
}).on("close", () => process.exit(0));
print({ ready: true });
