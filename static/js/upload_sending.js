// One file on its way: announced, sent in parts that go on after every cut, compared, taken in.
// Tells how it goes by `tell(state, values)`; `run` ends with {ok, reference, href, again} or {ok: false, …}.

import { fingerprintOf, reprDigest } from "./hashing.js";

const PART = 8 * 1024 * 1024;
const SECOND = 1000;
// Again at once, then ever more slowly: an hour of tries, and then whoever sits there is asked.
const DELAYS = [0, 1, 2, 5, 10, 20, 30, ...Array(60).fill(60)].map((seconds) => seconds * SECOND);
const SILENCE = 90 * SECOND;

export class Sending {
  constructor(chosen, { action, token, fields, hashing, waiting, tell }) {
    Object.assign(this, { ...chosen, action, token, fields, hashing, waiting, tell });
    this.fingerprint = fingerprintOf(this.file, this.path);
    this.digest = null;
    this.upload = null;
    this.paused = false;
  }

  async run() {
    if (this.unreadable) return { ok: false, kind: "unreadable" };
    this.digest = this.hashing.ofFile(this.file);
    const begun = await this.begin();
    if (!begun.where) return begun;
    this.where = begun.where;
    const sent = await this.send(begun.where);
    if (!sent.ok) return sent;
    this.waiting.delete(this.fingerprint);
    return this.ask(begun.where);
  }

  pause() {
    this.paused = true;
    this.upload?.abort();
  }

  goOn() {
    this.paused = false;
    this.stirredAt = Date.now();
    this.upload?.start();
  }

  // Where it goes: the upload that waits for this very file, else a new one.
  async begin() {
    const known = this.waiting.get(this.fingerprint);
    if (known) return { where: known };
    const headers = { ...this.headers(), "Tus-Resumable": "1.0.0", "Upload-Length": `${this.file.size}` };
    if (!this.file.size) {
      const digest = await this.digest;
      if (digest) headers["Repr-Digest"] = reprDigest(digest);
    }
    // Not as multipart: that changes line breaks, and a file's name may hold some.
    const body = new URLSearchParams(this.fields);
    body.set("original_name", this.file.name);
    body.set("original_path", this.path);
    body.set("fingerprint", this.fingerprint);
    const answer = await this.insist(() => fetch(this.action, { method: "POST", headers, body }));
    const where = answer.headers.get("Location");
    if (answer.status !== 201 || !where) return failure(answer, await answer.text());
    this.waiting.set(this.fingerprint, where);
    return { where };
  }

  send(where) {
    return new Promise((resolve) => {
      const end = (outcome) => {
        clearInterval(watch);
        resolve(outcome);
      };
      const watch = setInterval(() => this.stir(), 15 * SECOND);
      this.stirredAt = Date.now();
      this.upload = new window.tus.Upload(this.file, {
        uploadUrl: where,
        chunkSize: PART,
        retryDelays: DELAYS,
        // Nothing of a file's name may stay in the browser's storage.
        storeFingerprintForResuming: false,
        headers: this.headers(),
        onBeforeRequest: (request) => this.sign(request),
        onProgress: (done) => {
          this.stirredAt = Date.now();
          this.tell("sending", { done });
        },
        onShouldRetry: (error, tries) => this.mayRetry(error, tries),
        onError: (error) => this.fail(error, where, end),
        onSuccess: () => end({ ok: true }),
      });
      if (!this.paused) this.upload.start();
    });
  }

  // The last part names the digest of the whole, as it was read here.
  async sign(request) {
    const offset = Number(request.getHeader("Upload-Offset"));
    if (request.getMethod() !== "PATCH" || offset + PART < this.file.size) return;
    this.tell("hashing", {});
    const digest = await this.digest;
    if (!digest) throw new Error("unreadable");
    request.setHeader("Repr-Digest", reprDigest(digest));
  }

  mayRetry(error, tries) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const again = (status === 0 && !isUnreadable(error)) || status >= 500 || [409, 423, 460].includes(status);
    if (!again || leftTheHouse(error)) return false;
    this.tell(status === 0 ? "cut" : "busy", { seconds: DELAYS[tries] / SECOND });
    return true;
  }

  fail(error, where, end) {
    if (isUnreadable(error)) return end({ ok: false, kind: "unreadable" });
    const response = error.originalResponse;
    if (!response || response.getStatus() >= 500) {
      // Every try was in vain: nothing is lost, and the button goes on.
      this.tell("stalled", {});
      return undefined;
    }
    if (response.getStatus() === 410 || response.getStatus() === 404) this.waiting.delete(this.fingerprint);
    return end(leftTheHouse(error) ? { ok: false, kind: "signed_out" } : readFailure(response.getStatus(), response.getBody()));
  }

  // A laptop that slept may hold a line that nobody answers any more.
  stir() {
    if (this.paused || Date.now() - this.stirredAt < SILENCE) return;
    this.upload.abort();
    this.goOn();
  }

  async ask(where) {
    this.tell("storing", {});
    for (let tries = 0; ; tries += 1) {
      const answer = await this.insist(() => fetch(where, { headers: { Accept: "application/json" } }));
      const told = await answer.json().catch(() => null);
      if (!told || typeof told.ok !== "boolean") return { ok: false, kind: answer.redirected ? "signed_out" : "unclear" };
      if (told.ok || told.error) return told;
      await pause(Math.min(tries + 1, 15) * SECOND);
    }
  }

  async insist(request) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await request();
      } catch {
        const delay = DELAYS[Math.min(tries, DELAYS.length - 1)];
        this.tell("cut", { seconds: delay / SECOND });
        await pause(delay);
      }
    }
  }

  headers() {
    return { "X-CSRFToken": this.token, Accept: "application/json" };
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function isUnreadable(error) {
  return !error.originalRequest || /unreadable/.test(error.message);
}

// Who was signed out is led to the door, and the answer comes from there.
function leftTheHouse(error) {
  const line = error.originalResponse?.getUnderlyingObject();
  return Boolean(line?.responseURL) && new URL(line.responseURL).pathname !== new URL(error.originalRequest.getURL(), location.href).pathname;
}

function failure(answer, text) {
  return answer.redirected ? { ok: false, kind: "signed_out" } : readFailure(answer.status, text);
}

function readFailure(status, text) {
  try {
    const { error, details } = JSON.parse(text);
    if (error) return { ok: false, error, confirm: details?.[0]?.small_group };
  } catch {
    // No JSON: a page for people, or a proxy's.
  }
  return { ok: false, kind: status === 403 ? "signed_out" : "unclear" };
}
