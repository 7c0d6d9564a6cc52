// Shows a list of files on their way in. All words come, translated, from the panel's data-text-* attributes.
import { Rate } from "./upload_rate.js";
import { element, filled, number, readableSize, readableTime, visible } from "./upload_words.js";

// More lines than this are only shown while they say something: the one on its way, and what failed.
const MOST_LINES = 300;

export class UploadPanel {
  constructor(place) {
    this.place = place;
    this.words = place.dataset;
    for (const part of ["list", "total", "totalBar", "counts", "speed", "pause", "after", "deliveries", "more", "leaving"]) {
      this[part] = place.querySelector(`[data-upload-${part.replace("B", "-b")}]`);
    }
  }

  start(chosen) {
    this.files = chosen.map(({ file }) => file);
    this.sent = this.files.map(() => 0);
    this.rows = [];
    this.tally = { taken: 0, again: 0, failed: 0 };
    this.delivered = new Map();
    this.after.hidden = true;
    this.leaving.hidden = false;
    this.rate = new Rate();
    this.list.replaceChildren();
    if (this.files.length <= MOST_LINES) this.files.forEach((_file, index) => this.row(index));
    this.place.hidden = false;
    this.showPaused(false);
    this.pause.hidden = false;
    this.show();
  }

  row(index) {
    if (this.rows[index]) return this.rows[index];
    const file = this.files[index];
    const name = element("bdi", { textContent: visible(file.name) });
    const size = element("span", { className: "muted", textContent: readableSize(file.size) });
    const bar = element("progress", { max: 1, value: 0, ariaLabel: visible(file.name) });
    const state = element("p", { className: "upload-state", textContent: this.words.textWaiting });
    const item = element("li", {}, element("p", { className: "upload-name" }, name, " ", size), bar, state);
    this.list.append(item);
    this.rows[index] = { item, bar, state };
    return this.rows[index];
  }

  // What `Sending` tells.
  tell(index, kind, values) {
    const { bar, state } = this.row(index);
    const words = { cut: "textCut", busy: "textBusy", stalled: "textStalled", storing: "textStoring", hashing: "textHashing" };
    if (kind === "sending") {
      this.sent[index] = values.done;
      bar.value = values.done / Math.max(this.files[index].size, 1);
      this.rate.note(this.whole());
      const percent = filled(this.words.textPercent, { percent: number(Math.floor(bar.value * 100)) });
      const whole = values.done >= this.files[index].size;
      state.textContent = whole ? this.words.textStoring : `${this.words.textSending} · ${percent}`;
      this.showSpeed();
    } else {
      state.textContent = filled(this.words[words[kind]], { seconds: number(values.seconds ?? 0) });
      if (kind !== "hashing") this.standStill(kind);
      if (kind === "stalled") this.showPaused(true);
    }
    this.showBar();
  }

  finish(index, outcome) {
    const { item, bar, state } = this.row(index);
    this.sent[index] = this.files[index].size;
    bar.remove();
    item.className = outcome.ok ? "upload-taken" : "upload-failed";
    if (outcome.ok) {
      this.tally.taken += 1;
      this.tally.again += outcome.again ? 1 : 0;
      if (outcome.delivery) this.delivered.set(outcome.delivery.reference, outcome.delivery);
      state.replaceChildren(`${this.words.textTaken} `, reference(outcome));
      if (outcome.again) state.append(` ${this.words.textAgain}`);
      if (this.files.length > MOST_LINES) item.remove();
    } else {
      this.tally.failed += 1;
      state.textContent = this.failure(outcome);
    }
    this.show();
  }

  failure({ kind, error }) {
    if (kind === "unclear") return this.words.textUnclear;
    const words = { unreadable: this.words.textUnreadable, signed_out: this.words.textSignedOut };
    return `${this.words.textFailed} ${words[kind] ?? error}`;
  }

  showPaused(paused) {
    this.pause.textContent = paused ? this.words.textGoOn : this.words.textPause;
    this.pause.dataset.paused = paused ? "yes" : "no";
    this.speed.textContent = paused ? this.words.textPaused : "";
    this.rate.pause();
  }

  // Nothing goes over the line now: no rate is true any more.
  standStill(kind) {
    this.rate.pause();
    if (this.isPaused) return;
    this.speed.textContent = kind === "storing" ? "" : this.words.textNoAnswer;
  }

  get isPaused() {
    return this.pause.dataset.paused === "yes";
  }

  whole() {
    return this.sent.reduce((sum, size) => sum + size, 0);
  }

  show() {
    const { taken, again, failed } = this.tally;
    const total = this.files.length;
    this.say(filled(this.words.textTotal, { done: number(taken + failed), total: number(total) }));
    const left = total - taken - failed;
    const counts = { taken: number(taken), again: number(again), failed: number(failed), left: number(left) };
    this.counts.textContent = filled(this.words.textCounts, counts);
    this.showBar();
  }

  showBar() {
    const size = this.files.reduce((sum, file) => sum + file.size, 0);
    const ended = (this.tally.taken + this.tally.failed) / this.files.length;
    this.totalBar.value = size ? this.whole() / size : ended;
  }

  showSpeed() {
    if (this.isPaused) return;
    if (this.speed.textContent === this.words.textNoAnswer) this.speed.textContent = "";
    const perSecond = this.rate.perSecond;
    const left = this.files.reduce((sum, file) => sum + file.size, 0) - this.whole();
    if (!left) this.speed.textContent = "";
    if (!perSecond || !left) return;
    const values = { rate: readableSize(perSecond), left: readableTime(left / perSecond) };
    this.speed.textContent = filled(this.words.textSpeed, values);
  }

  end() {
    const all = this.tally.taken === this.files.length;
    const values = { done: number(this.tally.taken), total: number(this.files.length) };
    this.say(filled(all ? this.words.textDone : this.words.textSome, values));
    this.speed.textContent = "";
    this.pause.hidden = true;
    this.leaving.hidden = all;
    this.after.hidden = !this.delivered.size;
    this.deliveries.replaceChildren(...[...this.delivered.values()].flatMap((one) => [reference(one), " "]));
    return all;
  }

  say(text) {
    // A status that is set again is read aloud again; speak only when the count has changed.
    if (this.total.textContent !== text) this.total.textContent = text;
  }
}

// Only an address of our own is followed, whatever the answer says.
function reference(outcome) {
  const text = element("bdi", { className: "mono", dir: "ltr", textContent: outcome.reference });
  if (typeof outcome.href !== "string" || !/^\/(?!\/)/.test(outcome.href)) return text;
  return element("a", { href: outcome.href }, text);
}
