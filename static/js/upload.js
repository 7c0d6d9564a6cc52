// <form data-upload> sends its files one by one and shows how far each is. Without this script the same form
// sends them all at once to the same address. The answer per file: {ok, reference, href, again} or {ok, error}.

import { UploadPanel } from "./upload_panel.js";

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector('input[type="file"]');
  const place = form.querySelector("[data-upload-panel]");
  if (input && place) enhance(form, input, new UploadPanel(place));
}

function enhance(form, input, panel) {
  let waiting = [];
  let sending = false;

  window.addEventListener("beforeunload", (event) => {
    if (sending) event.preventDefault();
  });

  form.addEventListener("submit", async (event) => {
    const files = input.files.length ? [...input.files] : waiting;
    if (!files.length) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    const fields = otherFields(form, input);
    lock(form, true);
    panel.start(files);
    waiting = [];
    for (const [index, file] of files.entries()) {
      const answer = await send(form.action, fields, input.name, file, (share) => panel.sent(index, share));
      panel.finish(index, answer);
      if (!answer.ok) waiting.push(file);
    }
    sending = false;
    lock(form, false);
    panel.end();
    // What failed stays ready: pressing the button again sends exactly those files.
    input.value = "";
    input.required = waiting.length === 0 && input.dataset.wasRequired === "yes";
  });
  input.dataset.wasRequired = input.required ? "yes" : "no";
}

function otherFields(form, input) {
  const fields = new FormData(form);
  fields.delete(input.name);
  return fields;
}

// The name travels in a field of its own: multipart readers change names, and the joiners Persian needs get lost.
function send(action, fields, name, file, onShare) {
  const body = new FormData();
  for (const [key, value] of fields) body.append(key, value);
  body.append("original_name", file.name);
  body.append(name, file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onShare(event.loaded / event.total);
    });
    request.addEventListener("load", () => resolve(read(request)));
    request.addEventListener("error", () => resolve({ ok: false, cut: true }));
    request.addEventListener("abort", () => resolve({ ok: false, cut: true }));
    request.send(body);
  });
}

function read(request) {
  try {
    const answer = JSON.parse(request.responseText);
    if (typeof answer.ok === "boolean") return answer;
  } catch {
    // Falls through to the answer that nobody can read.
  }
  return { ok: false, unclear: true };
}

function lock(form, locked) {
  for (const button of form.querySelectorAll("button")) button.disabled = locked;
}
