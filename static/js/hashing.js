// Digests: of a whole file, by a worker that reads it while it is sent, and of a few words at once.
import { sha256 } from "../vendor/noble-hashes/sha2.js";

export class Hashing {
  constructor(address) {
    this.worker = new Worker(address, { type: "module" });
    this.asked = new Map();
    this.last = 0;
    this.worker.addEventListener("message", ({ data }) => {
      this.asked.get(data.id)?.(data.digest);
      this.asked.delete(data.id);
    });
    this.worker.addEventListener("error", () => {
      for (const answer of this.asked.values()) answer(null);
      this.asked.clear();
    });
  }

  // The digest's bytes, or null where the file cannot be read any more.
  ofFile(file) {
    return new Promise((resolve) => {
      this.last += 1;
      this.asked.set(this.last, resolve);
      this.worker.postMessage({ id: this.last, file });
    });
  }
}

// How a file is known again after a reload. It says nothing of the content: that is compared when all is there.
export function fingerprintOf(file, path) {
  const words = new TextEncoder().encode([path, file.name, file.size, file.lastModified].join("\n"));
  return [...sha256(words)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// RFC 9530.
export function reprDigest(digest) {
  return `sha-256=:${btoa(String.fromCharCode(...digest))}:`;
}
