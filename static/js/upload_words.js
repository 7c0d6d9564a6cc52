// Numbers and names as the reader of this page reads them.

const language = document.documentElement.lang;

export function number(value) {
  return new Intl.NumberFormat(language, { useGrouping: false }).format(value);
}

export function readableSize(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), 4);
  const format = { style: "unit", unit: units[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: step ? 1 : 0 };
  return new Intl.NumberFormat(language, format).format(bytes / 1024 ** step);
}

export function readableTime(seconds) {
  const [unit, one] = seconds < 90 ? ["second", 1] : seconds < 5400 ? ["minute", 60] : ["hour", 3600];
  const format = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 };
  return new Intl.NumberFormat(language, format).format(Math.max(1, Math.round(seconds / one)));
}

// As the server does: a control or override character is shown as its code point. Joiners stay, Persian needs them.
export function visible(name) {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === "\u200c" || character === "\u200d") return character;
    return `[U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}

export function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
}

export function element(tag, properties = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...inside);
  return made;
}
