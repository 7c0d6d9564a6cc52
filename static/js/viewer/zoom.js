// <div data-zoom> round a [data-zoom-frame] with one <img>: zoom, pan and rotation of what is shown, by keys, wheel, touch
// and the buttons [data-zoom-act]. Nothing of the image changes. Without this script the image stands there whole.
// data-large on the image names a larger one, fetched when somebody looks closer.
const CLOSEST = 12;
const STEP = 1.25;
const NUDGE = 60;
// From here on the smaller image would show its own grain.
const NEEDS_LARGE = 1.5;

export class Zoom {
  constructor(root) {
    this.root = root;
    this.frame = root.querySelector("[data-zoom-frame]");
    this.image = this.frame.querySelector("img");
    this.status = root.querySelector("[data-zoom-status]");
    this.fingers = new Map();
    this.fit();
    this.listen();
  }

  fit() {
    Object.assign(this, { scale: 1, x: 0, y: 0, turns: 0 });
    this.show();
  }

  // Keeps what is under `at`, counted from the middle of the frame, where it is.
  zoom(factor, at = { x: 0, y: 0 }) {
    const scale = Math.min(CLOSEST, Math.max(1, this.scale * factor));
    const change = scale / this.scale;
    this.x = at.x - (at.x - this.x) * change;
    this.y = at.y - (at.y - this.y) * change;
    this.scale = scale;
    if (scale > NEEDS_LARGE) this.fetchLarge();
    this.show();
  }

  pan(x, y) {
    this.x += x;
    this.y += y;
    this.show();
  }

  rotate(turns) {
    this.turns = (this.turns + turns + 4) % 4;
    this.show();
  }

  fetchLarge() {
    const { large } = this.image.dataset;
    if (!large) return;
    delete this.image.dataset.large;
    this.image.src = large;
  }

  show() {
    const { width, height } = this.frame.getBoundingClientRect();
    // Never so far that the image is lost out of sight.
    const far = { x: (width * this.scale) / 2, y: (height * this.scale) / 2 };
    const free = this.scale > 1 ? 1 : 0;
    this.x = Math.min(far.x, Math.max(-far.x, this.x)) * free;
    this.y = Math.min(far.y, Math.max(-far.y, this.y)) * free;
    const scale = this.scale * (this.turns % 2 ? this.lyingScale(width, height) : 1);
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) rotate(${this.turns * 90}deg) scale(${scale})`;
    this.frame.classList.toggle("is-close", this.scale > 1);
    this.say();
  }

  // An image on its side is made to fit the frame again.
  lyingScale(width, height) {
    const { naturalWidth, naturalHeight } = this.image;
    if (!naturalWidth || !naturalHeight) return 1;
    const fitted = Math.min(width / naturalWidth, height / naturalHeight);
    return Math.min(width / (naturalHeight * fitted), height / (naturalWidth * fitted));
  }

  say() {
    const { lang } = document.documentElement;
    const percent = new Intl.NumberFormat(lang, { style: "percent", useGrouping: false });
    const words = this.root.dataset.textState
      .replace("{percent}", percent.format(this.scale))
      .replace("{degrees}", new Intl.NumberFormat(lang).format(this.turns * 90));
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  act(name) {
    const acts = {
      closer: () => this.zoom(STEP),
      further: () => this.zoom(1 / STEP),
      fit: () => this.fit(),
      left: () => this.rotate(-1),
      right: () => this.rotate(1),
    };
    acts[name]?.();
  }

  key(event) {
    const keys = {
      "+": () => this.zoom(STEP),
      "=": () => this.zoom(STEP),
      "-": () => this.zoom(1 / STEP),
      0: () => this.fit(),
      r: () => this.rotate(event.shiftKey ? -1 : 1),
      ArrowLeft: () => this.pan(NUDGE, 0),
      ArrowRight: () => this.pan(-NUDGE, 0),
      ArrowUp: () => this.pan(0, NUDGE),
      ArrowDown: () => this.pan(0, -NUDGE),
    };
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const arrow = name.startsWith("Arrow");
    // An image that lies whole in its frame has nothing to pan; the arrows scroll the page then, as everywhere.
    if (!keys[name] || event.ctrlKey || event.metaKey || event.altKey || (arrow && this.scale === 1)) return;
    event.preventDefault();
    keys[name]();
  }

  wheel(event) {
    // Whoever only scrolls past must not be caught: the wheel zooms in a frame that was chosen, or with Ctrl.
    if (!event.ctrlKey && document.activeElement !== this.frame) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? STEP : 1 / STEP, this.place(event));
  }

  place(event) {
    const box = this.frame.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  }

  grasp(event) {
    this.fingers.set(event.pointerId, this.place(event));
    if (this.scale > 1 || this.fingers.size > 1) this.frame.setPointerCapture(event.pointerId);
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = this.place(event);
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.fingers.set(event.pointerId, now);
    if (other) this.pinch(before, now, other);
    else if (this.scale > 1) this.pan(now.x - before.x, now.y - before.y);
  }

  pinch(before, now, other) {
    const apart = (one) => Math.hypot(one.x - other.x, one.y - other.y);
    if (apart(before) < 1) return;
    this.zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }

  release(event) {
    this.fingers.delete(event.pointerId);
  }

  listen() {
    const { frame } = this;
    frame.addEventListener("keydown", (event) => this.key(event));
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.grasp(event));
    frame.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, (event) => this.release(event));
    frame.addEventListener("dblclick", (event) => this.zoom(2, this.place(event)));
    this.image.addEventListener("dragstart", (event) => event.preventDefault());
    this.root.addEventListener("click", (event) => this.act(event.target.closest?.("[data-zoom-act]")?.dataset.zoomAct));
    for (const tools of this.root.querySelectorAll("[data-zoom-tools]")) tools.hidden = false;
  }
}
