// @vladmandic/human on Node with WASM, on raw RGB pixels: node face_api_peer_human.cjs FOLDER RAW WIDTH HEIGHT ROUNDS
// FOLDER holds node_modules. Prints one JSON object. The time does not include decoding, ours does.
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

async function main(folder, raw, width, height, rounds) {
  const inside = createRequire(path.join(folder, 'index.js'));
  const wasm = path.join(folder, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist') + path.sep;
  const models = path.join(folder, 'node_modules', '@vladmandic', 'human', 'models') + path.sep;
  inside('@tensorflow/tfjs');
  inside('@tensorflow/tfjs-backend-wasm').setThreadsCount(1);
  // Node's fetch does not read files; the library fetches its models.
  const network = globalThis.fetch;
  globalThis.fetch = async (url, options) => {
    const name = String(url.url || url).replace('file://', '');
    return fs.existsSync(name) ? new Response(fs.readFileSync(name)) : network(url, options);
  };
  const { Human } = inside(path.join(folder, 'node_modules/@vladmandic/human/dist/human.node-wasm.js'));
  const off = { enabled: false };
  const human = new Human({
    backend: 'wasm', wasmPath: wasm, modelBasePath: `file://${models}`, debug: false, cacheSensitivity: 0,
    filter: off, body: off, hand: off, object: off, gesture: off, segmentation: off,
    face: {
      enabled: true, detector: { maxDetected: 20, rotation: true, skipFrames: 0, skipTime: 0 },
      mesh: { enabled: true }, iris: off, antispoof: off, liveness: off,
      description: { enabled: true, skipFrames: 0, skipTime: 0 }, emotion: { enabled: true, skipFrames: 0, skipTime: 0 },
    },
  });
  await human.init();
  await human.load();
  const pixels = new Uint8Array(fs.readFileSync(raw));
  const times = [];
  let faces = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const start = process.hrtime.bigint();
    const tensor = human.tf.tensor(pixels, [1, height, width, 3], 'float32');
    const result = await human.detect(tensor);
    human.tf.dispose(tensor);
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
    if (result.error) throw new Error(result.error);
    faces = result.face.length;
  }
  const sorted = times.slice(1).sort((one, other) => one - other);
  const mb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ faces, ms: sorted[Math.floor(sorted.length / 2)], least: sorted[0], mb }));
}

const [folder, raw, width, height, rounds] = process.argv.slice(2);
main(folder, raw, Number(width), Number(height), Number(rounds)).catch((error) => {
  console.error(error);
  process.exit(1);
});
