// Shows a list of files on their way in. All words come, translated, from the panel's data-text-* attributes.
export class UploadPanel {
  constructor(place) {
    this.place = place;
    this.words = place.dataset;
    this.list = place.querySelector("[data-upload-list]");
    this.total = place.querySelector("[data-upload-total]");
    this.totalBar = place.querySelector("[data-upload-total-bar]");
  }

  start(files) {
    this.sizes = files.map((file) => Math.max(file.size, 1));
    this.shares = files.map(() => 0);
    this.taken = 0;
    this.ended = 0;
    this.rows = files.map((file) => this.row(file));
    this.list.replaceChildren(...this.rows.map((row) => row.item));
    this.place.hidden = false;
    this.showTotal();
  }

  row(file) {
    const item = document.createElement("li");
    const line = document.createElement("p");
    line.className = "upload-name";
    const name = document.createElement("bdi");
    name.textContent = visible(file.name);
    const size = document.createElement("span");
    size.className = "muted";
    size.textContent = readableSize(file.size);
    line.append(name, size);
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", visible(file.name));
    const state = document.createElement("p");
    state.className = "upload-state";
    state.textContent = this.words.textWaiting;
    item.append(line, bar, state);
    return { item, bar, state };
  }

  sent(index, share) {
    const { bar, state } = this.rows[index];
    this.shares[index] = share;
    bar.value = share;
    const percent = this.words.textPercent.replace("{percent}", number(Math.floor(share * 100)));
    state.textContent = share < 1 ? `${this.words.textSending} · ${percent}` : this.words.textStoring;
    this.showTotal();
  }

  finish(index, answer) {
    const { item, bar, state } = this.rows[index];
    this.shares[index] = 1;
    this.ended += 1;
    bar.hidden = true;
    bar.remove();
    item.className = answer.ok ? "upload-taken" : "upload-failed";
    if (answer.ok) {
      this.taken += 1;
      state.replaceChildren(`${this.words.textTaken} `, reference(answer));
      if (answer.again) state.append(` ${this.words.textAgain}`);
    } else {
      state.textContent = this.failure(answer);
    }
    this.showTotal();
  }

  failure(answer) {
    if (answer.cut) return `${this.words.textFailed} ${this.words.textCut}`;
    if (answer.unclear) return this.words.textUnclear;
    return `${this.words.textFailed} ${answer.error}`;
  }

  showTotal() {
    const whole = this.sizes.reduce((sum, size) => sum + size, 0);
    const done = this.sizes.reduce((sum, size, index) => sum + size * this.shares[index], 0);
    this.totalBar.value = done / whole;
    this.say(this.words.textTotal, this.ended);
  }

  end() {
    const all = this.taken === this.rows.length;
    this.say(all ? this.words.textDone : this.words.textSome, this.taken);
  }

  say(words, done) {
    const text = words.replace("{done}", number(done)).replace("{total}", number(this.rows.length));
    // A status that is set again is read aloud again; speak only when the count has changed.
    if (this.total.textContent !== text) this.total.textContent = text;
  }
}

// Only an address of our own is followed, whatever the answer says.
function reference(answer) {
  const text = document.createElement("bdi");
  text.className = "mono";
  text.dir = "ltr";
  text.textContent = answer.reference;
  if (typeof answer.href !== "string" || !/^\/(?!\/)/.test(answer.href)) return text;
  const link = document.createElement("a");
  link.href = answer.href;
  link.append(text);
  return link;
}

// As the server does: a control or override character is shown as its code point. Joiners stay, Persian needs them.
function visible(name) {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === "\u200c" || character === "\u200d") return character;
    return `[U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}

function number(value) {
  return new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false }).format(value);
}

function readableSize(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), 3);
  const format = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1024 ** step);
}
