// The files that are chosen, before they are sent: by the field, by a folder, by dragging. Each may differ from what
// the form says of all: its title, its source, when it was made.
import { ofDrop, ofInput } from "./upload_files.js";
import { element, filled, number, readableSize, visible } from "./upload_words.js";

// A longer list is no list that anybody goes through by hand.
const MOST_LISTED = 100;
const DIFFERING = ["title", "source", "collected_at"];

export class Choice {
  constructor(place, input, folder) {
    Object.assign(this, { place, input, folder, words: place.dataset, chosen: [] });
    this.list = place.querySelector("[data-chosen-list]");
    this.said = place.querySelector("[data-chosen-said]");
    place.hidden = false;
    input.addEventListener("change", () => this.set(ofInput(input)));
    folder.addEventListener("change", () => this.set(ofInput(folder)));
    place.querySelector("[data-choose-folder]").addEventListener("click", () => folder.click());
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
      place.addEventListener(kind, (event) => this.dragged(event));
    }
  }

  async dragged(event) {
    event.preventDefault();
    this.place.classList.toggle("drop-zone-over", event.type === "dragenter" || event.type === "dragover");
    if (event.type === "drop") this.set(await ofDrop(event.dataTransfer));
  }

  set(chosen) {
    this.chosen = chosen;
    const size = chosen.reduce((sum, { file }) => sum + file.size, 0);
    const values = { files: number(chosen.length), size: readableSize(size) };
    this.said.textContent = chosen.length ? filled(this.words.textChosen, values) : "";
    const listed = chosen.length <= MOST_LISTED ? chosen : [];
    this.list.replaceChildren(...listed.map((one, index) => this.line(one, index)));
  }

  line(one, index) {
    const name = element("bdi", { textContent: visible(one.path || one.file.name) });
    const size = element("span", { className: "muted", textContent: readableSize(one.file.size) });
    const fields = DIFFERING.map((field) => this.field(one, field, `${field}-${index}`));
    const summary = element("summary", { textContent: this.words.textDiffers });
    summary.append(element("span", { className: "visually-hidden", textContent: ` ${visible(one.file.name)}` }));
    return element("li", {}, element("p", { className: "upload-name" }, name, " ", size), element("details", {}, summary, ...fields));
  }

  field(one, field, id) {
    const words = { title: "textTitle", source: "textSource", collected_at: "textCollected" };
    const input = element("input", { type: "text", id, autocomplete: "off", value: one.differing?.[field] ?? "" });
    input.addEventListener("input", () => {
      one.differing = { ...one.differing, [field]: input.value };
    });
    const label = element("label", { htmlFor: id, textContent: this.words[words[field]] });
    return element("div", { className: "field" }, label, input);
  }

  // What failed stays ready: pressing the button again sends exactly those files.
  keep(failed) {
    this.input.value = "";
    this.folder.value = "";
    this.set(failed);
  }
}
