// How fast bytes go, from the last half a minute alone: an hour ago the line was another one.

const WINDOW = 30_000;

export class Rate {
  constructor(now = () => performance.now()) {
    this.now = now;
    this.marks = [];
  }

  // `sent` counts up from the beginning; what went before a pause is forgotten by `pause`.
  note(sent) {
    const at = this.now();
    this.marks.push({ at, sent });
    while (this.marks.length > 2 && at - this.marks[0].at > WINDOW) this.marks.shift();
  }

  pause() {
    this.marks = [];
  }

  // Bytes in a second, or 0 where it is too early to say.
  get perSecond() {
    const [first, last] = [this.marks[0], this.marks.at(-1)];
    if (!first || last.at - first.at < 1000) return 0;
    return Math.max(0, ((last.sent - first.sent) * 1000) / (last.at - first.at));
  }
}
