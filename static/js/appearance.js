// Light, dark or as the device says: one button that goes round and says where it stands.
const ORDER = ["auto", "light", "dark"];
const root = document.documentElement;

function chosen() {
  return root.dataset.theme ?? "auto";
}

function choose(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Kept for this page only.
  }
}

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  const say = () => {
    const words = { auto: button.dataset.textAuto, light: button.dataset.textLight, dark: button.dataset.textDark };
    button.textContent = `${button.dataset.label}: ${words[chosen()]}`;
  };
  button.addEventListener("click", () => {
    choose(ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length]);
    say();
  });
  say();
  button.hidden = false;
}
