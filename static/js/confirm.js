// <form data-confirm-typed="WORD"> with an input [data-confirm-input]: its button waits until the word is typed.
// The server asks for the same word again; without JavaScript the button is simply enabled.
for (const form of document.querySelectorAll("form[data-confirm-typed]")) {
  const input = form.querySelector("[data-confirm-input]");
  const button = form.querySelector("button[type=submit], button:not([type])");
  if (!input || !button) continue;
  const weigh = () => {
    button.disabled = input.value.trim() !== form.dataset.confirmTyped;
  };
  input.addEventListener("input", weigh);
  weigh();
}
