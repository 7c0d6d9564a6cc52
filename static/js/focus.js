// A form that came back with errors is read from its summary, not from the top of the page.
document.querySelector("[data-focus]")?.focus();
