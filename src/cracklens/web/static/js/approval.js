// Closing a version: who, in what role, with which statement.

import { read, send } from "./api.js";
import { make, say } from "./dom.js";
import { left, trail } from "./header.js";
import { useKeys } from "./keys.js";
import { who } from "./who.js";

export async function showApproval(view, inspection) {
  trail(inspection, "Approve");
  left(inspection);
  useKeys([]);
  const summary = await read("/summary");
  const field = (name, label, properties = {}) =>
    make("label", { className: "field" }, make("span", {}, label),
      make("input", { name, required: true, autocomplete: "off", ...properties }));
  const form = make("form", { className: "approve" },
    field("by", "Name", { value: who() }), field("role", "Role", { placeholder: "Bridge inspector" }),
    make("label", { className: "field" }, make("span", {}, "Statement"),
      make("textarea", { name: "statement", required: true, rows: 3, value: summary.statement })),
    make("p", {}, make("button", { type: "submit", className: "main" },
      `Approve version ${inspection.approved.length + 1}`)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(form));
    try {
      await send("/approvals", { ...body, expected: inspection.decisions });
      say("Approved.");
      await showApproval(view, await read("/inspection"));
    } catch (error) {
      say(error.message, { wrong: true });
    }
  });
  view.replaceChildren(make("section", { className: "page" },
    make("h1", {}, "Approve"),
    make("p", {}, inspection.undecided
      ? `${inspection.undecided} findings have no decision: the model's word stands for them.`
      : "Every finding has a decision."),
    make("table", {},
      make("thead", {}, make("tr", {}, ...summary.heads.map((head) =>
        make("th", { scope: "col" }, head)))),
      make("tbody", {}, ...summary.rows.map((row) =>
        make("tr", {}, ...row.map((cell) => make("td", {}, cell)))))),
    form,
    make("h2", {}, "Versions"),
    inspection.approved.length
      ? make("ol", {}, ...inspection.approved.map((one) => make("li", {},
          `${one.by}, ${one.role}, ${new Date(one.at).toLocaleString()}: ${one.statement}`)))
      : make("p", {}, "None yet.")));
  return null;
}
