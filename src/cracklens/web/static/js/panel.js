// The list of findings beside the photograph, and what is known of the chosen one.

import { make } from "./dom.js";

export function panel(desk) {
  const { photo, finding } = desk;
  const shown = photo.findings.filter((one) => one.shown);
  desk.side.replaceChildren(
    desk.tool ? doing(desk) : actions(desk),
    finding ? detail(desk, finding) : make("p", { className: "hint" },
      "Choose a line: click it, or press u for the next unsure one."),
    make("h2", {}, `Lines (${shown.length})`),
    make("ol", { className: "lines" }, ...shown.map((one) => row(desk, one))),
    others(desk),
    scaleOf(photo),
  );
}

function doing(desk) {
  const { tool } = desk;
  return make("div", { className: "tool" },
    make("p", {}, tool.says),
    make("p", { className: "row" },
      make("button", { type: "button", className: "main", onclick: () => tool.finish() }, "Keep"),
      make("button", { type: "button", onclick: () => tool.undo() }, "Last point back"),
      make("button", { type: "button", onclick: () => desk.end() }, "Leave")));
}

function actions(desk) {
  const none = !desk.finding;
  const button = (text, key, run, { needs = true, main = false } = {}) =>
    make("button", {
      type: "button", onclick: run, disabled: needs && none, title: `${text} (${key})`,
      className: main ? "main" : "", "aria-keyshortcuts": key,
    }, text);
  return make("div", { className: "actions", role: "toolbar", "aria-label": "Decide" },
    button("Accept", "a", desk.accept, { main: true }),
    button("Reject", "r", desk.reject),
    button("Join", "j", desk.join),
    button("Split", "s", () => desk.begin("split")),
    button("Redraw", "e", () => desk.begin("redraw")),
    button("New line", "n", () => desk.begin("draw"), { needs: false }),
    button("Width", "g", desk.gauge),
    button("State", "o", desk.state),
    button("Comment", "c", desk.comment),
    button("Scale", "m", () => desk.begin("scale"), { needs: false }),
    button("No concrete", "q", () => desk.begin("region"), { needs: false }),
    button("Undo", "z", () => desk.back("undo"), { needs: false }),
    button("Redo", "Z", () => desk.back("redo"), { needs: false }),
    button("Next unsure", "u", () => desk.nextUnsure(), { needs: false }));
}

function row(desk, one) {
  return make("li", {},
    make("button", {
      type: "button", className: `finding ${one.look}`,
      "aria-pressed": String(desk.chosen.has(one.id)),
      onclick: (event) => desk.choose(one.id, { more: event.shiftKey }),
    },
    make("span", { className: "name" }, one.name),
    make("span", { className: "verdict" }, one.verdict),
    one.width ? make("span", { className: "width" }, one.width) : null));
}

function others(desk) {
  const hidden = desk.photo.findings.filter((one) => !one.shown);
  if (!hidden.length) return null;
  return make("details", {},
    make("summary", {}, `Set aside (${hidden.length})`),
    make("ol", { className: "lines" }, ...hidden.map((one) => row(desk, one))));
}

function detail(desk, finding) {
  const facts = [
    ["What it is", finding.verdict], ["Width", finding.width], ["Length", finding.length],
    ["Not measured", finding.unmeasured],
    ...finding.grades.map((grade) => [grade.title, grade.text]),
    ["Priority", finding.priority], ["Element", finding.element],
  ].filter(([, value]) => value);
  return make("section", { className: "detail" },
    make("h2", {}, finding.name),
    desk.photo.present
      ? make("img", {
          className: "strip",
          src: `/api/v1/photographs/${desk.photo.id}/findings/${finding.id}/strip.jpg` +
            `?at=${desk.photo.decisions}`,
          alt: `Strip along ${finding.name} in full resolution`,
        })
      : null,
    make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", {}, name),
      make("dd", {}, String(value))])),
    likes(finding), history(finding));
}

function likes(finding) {
  if (!finding.likelihoods.length) return null;
  return make("details", {},
    make("summary", {}, "Why: what it looks like"),
    make("ul", { className: "bars" }, ...finding.likelihoods.map(([name, share]) =>
      make("li", {}, make("meter", { min: 0, max: 1, value: share, "aria-label": name }),
        ` ${name} ${share.toFixed(2)}`))));
}

function history(finding) {
  if (!finding.history.length) return null;
  return make("details", { open: true },
    make("summary", {}, `Decisions (${finding.history.length})`),
    make("ol", { className: "history" }, ...finding.history.map((one) =>
      make("li", { className: one.undone ? "undone" : "" },
        make("strong", {}, one.text), ` ${one.by}, ${new Date(one.at).toLocaleString()}`))));
}

function scaleOf(photo) {
  return make("div", {},
    make("p", { className: "hint" }, photo.scale ?? "No scale: widths are in pixels."),
    photo.unmeasured ? make("p", { className: "fault" }, `Not measured: ${photo.unmeasured}`) : null);
}
