// @azure/storage-blob, in every way that it has to upload.
"use strict";
const fs = require("node:fs");
const { Readable } = require("node:stream");
const { BlobServiceClient } = require("@azure/storage-blob");

async function upload(asked) {
  const container = BlobServiceClient.fromConnectionString(asked.storage).getContainerClient(asked.container);
  const block = container.getBlockBlobClient(asked.blob);
  const content = fs.readFileSync(asked.file);
  switch (asked.way) {
    case "put":
      await block.upload(content, content.length);
      break;
    case "blocks": {
      const ids = [];
      for (let at = 0; at < content.length; at += 1000) {
        const piece = content.subarray(at, at + 1000);
        ids.push(Buffer.from(String(at).padStart(6, "0")).toString("base64"));
        await block.stageBlock(ids.at(-1), piece, piece.length);
      }
      await block.commitBlockList(ids);
      break;
    }
    case "stream":
      await block.uploadStream(Readable.from([content.subarray(0, 700), content.subarray(700)]), 1000, 2);
      break;
    case "marked":
      await block.uploadFile(asked.file, {
        metadata: { shop: "demo" }, tier: "Cool",
        blobHTTPHeaders: { blobContentType: "image/jpeg", blobCacheControl: "no-store" },
      });
      break;
    case "page": {
      const whole = Buffer.alloc(Math.ceil(content.length / 512) * 512);
      content.copy(whole);
      const page = container.getPageBlobClient(asked.blob);
      await page.create(whole.length);
      await page.uploadPages(whole, 0, whole.length);
      break;
    }
    case "copy":
      await (await block.beginCopyFromURL(asked.source, { intervalInMs: 50 })).pollUntilDone();
      break;
    default:
      throw new Error(`no way ${asked.way}`);
  }
}

module.exports = { upload };
