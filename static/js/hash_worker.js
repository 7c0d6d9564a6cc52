// Reads a file from its first byte to its last, beside the page, and says its SHA-256. A few megabytes at a time.
import { sha256 } from "../vendor/noble-hashes/sha2.js";

const STEP = 4 * 1024 * 1024;

self.addEventListener("message", async ({ data: { id, file } }) => {
  try {
    const hash = sha256.create();
    for (let at = 0; at < file.size; at += STEP) {
      hash.update(new Uint8Array(await file.slice(at, at + STEP).arrayBuffer()));
    }
    self.postMessage({ id, digest: hash.digest() });
  } catch {
    self.postMessage({ id, digest: null });
  }
});
