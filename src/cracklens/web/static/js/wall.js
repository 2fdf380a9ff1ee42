// All photographs, by urgency, by name, or those that nobody has looked at.

import { read } from "./api.js";
import { find, make } from "./dom.js";
import { left, trail } from "./header.js";
import { describe, useKeys } from "./keys.js";

const ORDERS = [["urgency", "most urgent first"], ["name", "by name"], ["element", "by element"]];
const FILTERS = [
  ["all", "all photographs"], ["unsure", "with unsure findings"], ["undecided", "not finished"],
  ["unseen", "not looked at"],
];

export async function showWall(view, inspection) {
  trail(inspection);
  left(inspection);
  const state = { order: "urgency", filter: "all", after: null };
  const list = make("ul", { className: "wall" });
  const more = make("button", { type: "button", onclick: () => fill(false) }, "Show more");
  const choose = (name, label, options) =>
    make("label", {}, label, " ", make("select", {
      onchange: (event) => { state[name] = event.target.value; fill(true); },
    }, ...options.map(([key, text]) => make("option", { value: key }, text))));
  view.replaceChildren(
    make("section", { className: "page" },
      make("h1", {}, inspection.name),
      make("p", { className: "row" },
        choose("order", "Order", ORDERS), choose("filter", "Show", FILTERS),
        make("button", { type: "button", className: "main", onclick: nextUnsure },
          "Next unsure finding"),
        make("a", { className: "button", href: "#/approve" }, "Approve"),
        make("a", { className: "button", href: "/report", target: "_blank" }, "Report")),
      list, more),
  );

  async function fill(anew) {
    if (anew) { state.after = null; list.replaceChildren(); }
    const query = new URLSearchParams({ order: state.order, filter: state.filter });
    if (state.after) query.set("after", state.after);
    const page = await read(`/photographs?${query}`);
    state.after = page.next;
    more.hidden = !page.next;
    list.append(...page.items.map(card));
    if (!list.children.length) list.append(make("li", { className: "none" }, "No photograph."));
  }

  async function nextUnsure() {
    const found = await read("/next-unsure");
    if (found.finding) location.hash = `#/photo/${found.photograph}/${found.finding}`;
    else find("said").textContent = "No unsure finding is left.";
  }

  const keys = [
    { key: "u", text: "next unsure finding", run: nextUnsure },
    { key: "?", text: "these keys", run: () => describe(keys) },
  ];
  useKeys(keys);
  await fill(true);
}

function card(photo) {
  const words = [`${photo.findings} findings`];
  if (photo.unsure) words.push(`${photo.unsure} unsure`);
  if (photo.undecided === 0 && photo.findings) words.push("finished");
  if (photo.urgency !== null) words.push(`priority ${photo.urgency}`);
  return make("li", {},
    make("a", { href: `#/photo/${photo.id}` },
      photo.present
        ? make("img", {
            src: `/api/v1/photographs/${photo.id}/thumbnail.jpg`, alt: "", loading: "lazy",
            width: 240, height: 180,
          })
        : make("span", { className: "gone" }, "file not found"),
      make("strong", {}, photo.path),
      make("span", { className: "words" }, words.join(", "))));
}
