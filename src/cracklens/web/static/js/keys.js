// One table of keys for each page; it is also what the help shows.

import { find, make } from "./dom.js";

let table = [];

export function useKeys(keys) {
  table = keys;
}

export function describe(keys) {
  const dialog = find("dialog");
  const rows = keys
    .filter((key) => key.text)
    .map((key) =>
      make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, key.shown ?? key.key)),
        make("td", {}, key.text)),
    );
  dialog.replaceChildren(
    make("h2", { id: "dialog-title" }, "Keys"),
    make("table", {}, make("tbody", {}, ...rows)),
    make("form", { method: "dialog" }, make("button", { className: "main" }, "Close")),
  );
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.showModal();
}

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (TYPING.has(event.target.tagName) || find("dialog").open) return;
  const native = event.target.closest?.("button, a, summary");
  if (native && (event.key === "Enter" || event.key === " ")) return;
  const key = table.find((one) => one.key === event.key && (one.when?.() ?? true));
  if (!key) return;
  event.preventDefault();
  key.run(event);
});

find("help").addEventListener("click", () => describe(table));
