// A document page by page. Within [data-leafing] the links [data-leaf=previous|next|first|last] exchange the page in its place,
// and the arrows, Page Up, Page Down, Home and End press them. In a page that reads from right to left the left arrow goes
// forward. Where the exchange fails (signed out, closed, cut off) the link is followed: its own page says what is wrong.
function wanted(key) {
  const rtl = document.documentElement.dir === "rtl";
  return {
    ArrowLeft: rtl ? "next" : "previous",
    ArrowRight: rtl ? "previous" : "next",
    PageUp: "previous",
    PageDown: "next",
    Home: "first",
    End: "last",
  }[key];
}

async function fetched(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-leafing]");
  } catch {
    return null;
  }
}

export class Leafing {
  constructor(enliven) {
    this.enliven = enliven;
    this.busy = false;
    document.addEventListener("click", (event) => this.click(event));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  click(event) {
    const link = event.target.closest?.("[data-leafing] a[data-leaf]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.exchange(link);
  }

  key(event) {
    const place = event.target.closest?.("[data-leafing]");
    const name = place && wanted(event.key);
    // Arrows belong to a field in which somebody writes, and to an image that somebody pans.
    if (!name || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, .is-close")) return;
    const link = place.querySelector(`a[data-leaf="${name}"]`);
    if (!link) return;
    event.preventDefault();
    this.exchange(link);
  }

  async exchange(link) {
    if (this.busy) return;
    this.busy = true;
    const place = link.closest("[data-leafing]");
    const pressed = document.activeElement?.closest("[data-leaf]")?.dataset.leaf;
    place.setAttribute("aria-busy", "true");
    const found = await fetched(link.href);
    this.busy = false;
    if (!found) {
      window.location.assign(link.href);
      return;
    }
    place.replaceWith(found);
    this.enliven(found);
    // Whoever leafs goes on from where they were: on the same link, or in the image.
    const next = (pressed && found.querySelector(`a[data-leaf="${pressed}"]`)) || found.querySelector("[data-zoom-frame]");
    next?.focus({ preventScroll: true });
  }
}
