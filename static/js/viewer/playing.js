// <div data-playing> round a <video> or <audio>: where it stands, in the words of a citation; the buttons [data-jump] (seconds)
// and [data-speed]; a picture of the sound [data-wave] that is clicked where one wants to listen. The controls stay the
// browser's own, and without this script they are all there is.
export class Playing {
  constructor(root) {
    this.root = root;
    this.media = root.querySelector("video, audio");
    this.cite = root.querySelector("[data-cite-time]");
    this.wave = root.querySelector("[data-wave]");
    this.hand = root.querySelector("[data-wave-hand]");
    this.listen();
    this.say();
  }

  // As citations are written: 00:03:10. Parts of a second are left out, for nobody can check them by ear.
  static code(seconds) {
    const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
    return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
      .map((part) => String(part).padStart(2, "0"))
      .join(":");
  }

  static seconds(code) {
    const parts = /^(?:(\d+):)?(\d{1,2}):(\d{2})$/.exec(code.trim());
    return parts ? Number(parts[1] ?? 0) * 3600 + Number(parts[2]) * 60 + Number(parts[3]) : null;
  }

  say() {
    const code = Playing.code(this.media.currentTime);
    if (this.hand && this.media.duration) {
      this.hand.style.insetInlineStart = `${(100 * this.media.currentTime) / this.media.duration}%`;
    }
    if (!this.cite || this.cite.dataset.at === code) return;
    this.cite.dataset.at = code;
    const address = new URL(this.cite.href);
    address.searchParams.set("pinpoint", code);
    this.cite.href = address.pathname + address.search;
    this.cite.querySelector("[data-time]").textContent = code;
  }

  jump(seconds) {
    const end = Number.isFinite(this.media.duration) ? this.media.duration : Infinity;
    this.media.currentTime = Math.min(end, Math.max(0, this.media.currentTime + seconds));
  }

  act(event) {
    const button = event.target.closest?.("[data-jump], [data-speed]");
    if (!button) return;
    if (button.dataset.jump) this.jump(Number(button.dataset.jump));
    else this.media.playbackRate = Number(button.dataset.speed);
    for (const other of this.root.querySelectorAll("[data-speed]")) {
      other.setAttribute("aria-pressed", String(Number(other.dataset.speed) === this.media.playbackRate));
    }
  }

  key(event) {
    // Native controls take the arrows and the space bar; these two are what people of the trade know beside them.
    const jumps = { j: -10, l: 10, ",": -1, ".": 1 };
    const seconds = jumps[event.key.toLowerCase()];
    if (seconds === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.jump(seconds);
  }

  listen() {
    for (const name of ["timeupdate", "seeked", "loadedmetadata"]) {
      this.media.addEventListener(name, () => this.say());
    }
    this.root.addEventListener("click", (event) => this.act(event));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.wave?.addEventListener("click", (event) => {
      const box = this.wave.getBoundingClientRect();
      if (this.media.duration) this.media.currentTime = ((event.clientX - box.left) / box.width) * this.media.duration;
    });
    for (const tools of this.root.querySelectorAll("[data-playing-tools]")) tools.hidden = false;
    this.media.addEventListener("error", () => this.fail(), true);
  }

  fail() {
    const said = this.root.querySelector("[data-playing-failed]");
    if (said) said.hidden = false;
  }
}
