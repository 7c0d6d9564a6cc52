// <div data-see-once data-seconds="300">: removes [data-see-once-content] from the page when the time is up, before
// it is printed or kept for the back button and, with data-hide-on-blur, when the window is left. Without scripts the
// server's Refresh header leaves the page.
for (const frame of document.querySelectorAll("[data-see-once]")) {
  const hide = () => {
    for (const content of frame.querySelectorAll("[data-see-once-content]")) content.remove();
    for (const notice of frame.querySelectorAll("[data-see-once-gone]")) notice.hidden = false;
  };
  const seconds = Number(frame.dataset.seconds);
  setTimeout(hide, (Number.isFinite(seconds) ? seconds : 30) * 1000);
  window.addEventListener("pagehide", hide);
  window.addEventListener("beforeprint", hide);
  // A page that comes back from memory is hidden too, whatever became of the listeners above.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) hide();
  });
  // Reloading asks for the page anew instead of sending the form, with its code and password, once more.
  history.replaceState(null, "", location.href);
  if (!("hideOnBlur" in frame.dataset)) continue;
  // It arrived while nobody looked at this window: it waits until somebody does, for no blur would come to hide it.
  if (document.hidden || !document.hasFocus()) {
    frame.classList.add("see-once-unseen");
    window.addEventListener("focus", () => frame.classList.remove("see-once-unseen"), { once: true });
  }
  window.addEventListener("blur", hide);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hide();
  });
}
