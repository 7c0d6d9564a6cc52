// <form data-upload> sends its files in parts, one file after the other, and goes on after every cut. Without this
// script the same form sends them all at once to its own address.
import { Hashing } from "./hashing.js";
import { Choice } from "./upload_choice.js";
import { UploadPanel } from "./upload_panel.js";
import { Sending } from "./upload_sending.js";

for (const form of document.querySelectorAll("form[data-upload]")) {
  if (window.tus?.isSupported && window.Worker) new Desk(form);
}

function Desk(form) {
  const input = form.querySelector('input[type="file"][name="files"]');
  const place = form.querySelector("[data-upload-panel]");
  const choice = new Choice(form.querySelector("[data-drop-zone]"), input, form.querySelector("[data-folder]"));
  const panel = new UploadPanel(place);
  const hashing = new Hashing(form.dataset.hashWorker);
  const waiting = new Map();
  let current = null;
  let sending = false;

  for (const one of document.querySelectorAll("[data-waiting-upload][data-fingerprint]")) {
    if (one.dataset.fingerprint) waiting.set(one.dataset.fingerprint, one.dataset.waitingUpload);
  }
  window.addEventListener("beforeunload", (event) => {
    if (sending) event.preventDefault();
  });
  window.addEventListener("online", () => {
    if (panel.pause.dataset.paused === "yes" && current && !current.paused) goOn();
  });
  panel.pause.addEventListener("click", () => (panel.pause.dataset.paused === "yes" ? goOn() : stop()));

  function stop() {
    current?.pause();
    panel.showPaused(true);
  }

  function goOn() {
    panel.showPaused(false);
    current?.goOn();
  }

  form.addEventListener("submit", async (event) => {
    const { chosen } = choice;
    if (!chosen.length) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    lock(form, true);
    panel.start(chosen);
    const shared = { action: form.dataset.uploads, token: form.elements.csrfmiddlewaretoken.value, hashing, waiting };
    const fields = fieldsOf(form, input);
    const failed = [];
    for (const [index, one] of chosen.entries()) {
      const tell = (kind, values) => panel.tell(index, kind, values);
      current = new Sending(one, { ...shared, fields: differing(fields, one), tell });
      current.paused = panel.pause.dataset.paused === "yes";
      const outcome = await current.run();
      panel.finish(index, outcome);
      if (outcome.ok) forget(current.where);
      else failed.push(one);
      if (outcome.confirm) offerToConfirm(form, panel.place, outcome.confirm);
    }
    current = null;
    sending = false;
    lock(form, false);
    const all = panel.end();
    choice.keep(failed);
    if (all) foldAway(form);
  });

  panel.more.addEventListener("click", () => {
    panel.place.hidden = true;
    form.reset();
    unfold(form);
    choice.keep([]);
    input.focus();
  });
}

// All is in: what was typed is not to be sent once more, and another delivery begins with an empty form.
function foldAway(form) {
  for (const part of form.children) {
    if (part.hidden || part.matches("input[type=hidden], [data-upload-panel]")) continue;
    part.hidden = true;
    part.dataset.folded = "yes";
  }
}

function unfold(form) {
  for (const part of form.querySelectorAll("[data-folded]")) {
    part.hidden = false;
    delete part.dataset.folded;
  }
}

// What is in waits no longer.
function forget(where) {
  const list = document.querySelector("[data-waiting-uploads]");
  list?.querySelector(`[data-waiting-upload="${CSS.escape(where)}"]`)?.remove();
  if (!list?.querySelector("[data-waiting-upload]")) list?.remove();
}

// What could betray a witness goes in once somebody ticked exactly that; other words are asked of anew.
function offerToConfirm(form, place, code) {
  if (form.querySelector(`input[name="small_group"][value="${CSS.escape(code)}"]`)) return;
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "small_group", value: code, id: `confirm-${code}` });
  const label = Object.assign(document.createElement("label"), { htmlFor: box.id, textContent: place.dataset.textConfirm });
  const tick = Object.assign(document.createElement("div"), { className: "tick" });
  tick.append(box, label);
  place.before(tick);
}

// All that one press of the button sends is one delivery.
function fieldsOf(form, input) {
  const fields = new FormData(form);
  fields.delete(input.name);
  fields.set("batch", newId());
  return fields;
}

function differing(fields, one) {
  const own = Object.entries(one.differing ?? {}).filter(([, value]) => value.trim());
  const named = new Set(own.map(([name]) => name));
  return [...[...fields].filter(([name]) => !named.has(name)), ...own];
}

// `crypto.randomUUID` is there over https alone.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function lock(form, locked) {
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = locked;
}
