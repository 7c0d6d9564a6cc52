// A button that puts a digest on the clipboard; hidden where there is no clipboard to put it on.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.innerHTML;
  button.textContent = button.dataset.copied;
  button.setAttribute("role", "status");
  setTimeout(() => {
    button.innerHTML = words;
    button.removeAttribute("role");
  }, 2000);
});
