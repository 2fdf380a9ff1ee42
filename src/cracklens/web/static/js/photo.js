// One photograph: its lines over full resolution, and what a person decides about each.

import { read, send } from "./api.js";
import { ask, make, say } from "./dom.js";
import { boxOf, nearestFinding } from "./geometry.js";
import { left, trail } from "./header.js";
import { describe, useKeys } from "./keys.js";
import { panel } from "./panel.js";
import { frame, Stage } from "./stage.js";
import { tools } from "./tools.js";
import { known } from "./who.js";

const REACH = 12; // screen pixels from a line within which a click means it

export async function showPhotograph(view, inspection, id, wanted) {
  const photo = await read(`/photographs/${encodeURIComponent(id)}`);
  const place = frame();
  place.setAttribute("aria-label", `${photo.path} with its lines`);
  const side = make("aside", { className: "side", "aria-label": "Findings" });
  view.replaceChildren(make("div", { className: "desk" }, place, side));
  trail(inspection, photo.path);
  left(inspection);
  const stage = photo.present ? new Stage(place, photo) : null;
  if (!stage) {
    place.append(make("div", { className: "alone" },
      make("h1", {}, "The photograph is not where it was"),
      make("p", {}, `${photo.file} is missing. Name its new folder: cracklens serve --photos DIR`)));
  }
  const desk = new Desk(stage, side, photo, inspection);
  await stage?.ready;
  desk.show();
  desk.choose(wanted ?? desk.firstUnsure()?.id ?? null, { look: Boolean(wanted) });
  desk.seen();
  return () => stage?.destroy();
}

class Desk {
  constructor(stage, side, photo, inspection) {
    Object.assign(this, { stage, side, photo, inspection, chosen: new Set(), tool: null });
    this.hidden = false;
    this.tools = tools(this);
    stage?.viewer.addHandler("canvas-click", (event) => this.click(event));
    stage?.viewer.addHandler("canvas-press", (event) => this.hold(event));
    stage?.viewer.addHandler("canvas-drag", (event) => this.drag(event));
    stage?.viewer.addHandler("canvas-release", () => this.tool?.sketch?.release());
    useKeys(this.keys());
  }

  get findings() {
    return this.photo.findings;
  }

  // The one that actions are about; the last that was chosen.
  get finding() {
    const last = [...this.chosen].at(-1);
    return this.findings.find((one) => one.id === last) ?? null;
  }

  show() {
    this.stage?.show(this.hidden ? [] : this.findings.filter((one) => one.shown), this.chosen);
    panel(this);
  }

  choose(id, { look = true, more = false } = {}) {
    if (!more) this.chosen.clear();
    if (id && this.findings.some((one) => one.id === id)) {
      this.chosen.delete(id);
      this.chosen.add(id);
      const hash = `#/photo/${this.photo.id}/${id}`;
      if (!more && location.hash !== hash) history.replaceState(null, "", hash);
      if (look) this.stage?.look(boxOf([this.finding]));
    }
    this.show();
  }

  firstUnsure() {
    return this.findings.find((one) => one.unsure) ?? null;
  }

  async nextUnsure() {
    const from = this.finding ? `?after=${this.photo.id}/${this.finding.id}` : "";
    const found = await read(`/next-unsure${from}`);
    if (!found.finding) say("No unsure finding is left.");
    else if (found.photograph === this.photo.id) this.choose(found.finding);
    else location.hash = `#/photo/${found.photograph}/${found.finding}`;
  }

  step(by) {
    const shown = this.findings.filter((one) => one.shown);
    if (!shown.length) return;
    const at = shown.findIndex((one) => one.id === this.finding?.id);
    this.choose(shown[(at + by + shown.length) % shown.length].id);
  }

  turn(by) {
    const other = by > 0 ? this.photo.next : this.photo.previous;
    if (other) location.hash = `#/photo/${other}`;
    else say(by > 0 ? "This is the last photograph." : "This is the first photograph.");
  }

  // Sends a decision; what comes back is the photograph as it is now.
  async decide(decision, told) {
    const by = await known();
    if (!by) return false;
    try {
      const { finding = null, ...action } = decision;
      const answer = await send("/decisions", {
        by, expected: this.photo.decisions, photograph: this.photo.id, finding, decision: action,
      });
      this.take(answer);
      say(told);
      return true;
    } catch (error) {
      say(error.message, { wrong: true });
      if (error.status === 409) await this.again();
      return false;
    }
  }

  take(answer) {
    const before = [...this.chosen];
    this.photo = answer.photograph;
    Object.assign(this.inspection, answer.inspection);
    left(this.inspection);
    this.chosen = new Set(before.filter((id) => this.findings.some((one) => one.id === id)));
    if (!this.chosen.size && answer.finding) this.chosen.add(answer.finding);
    this.show();
  }

  async again() {
    this.photo = await read(`/photographs/${encodeURIComponent(this.photo.id)}`);
    this.show();
  }

  async back(way) {
    const by = await known();
    if (!by) return;
    try {
      const answer = await send(`/${way}`, {
        by, expected: this.photo.decisions, photograph: this.photo.id,
      });
      this.take(answer);
      say(answer.told);
    } catch (error) {
      say(error.message, { wrong: true });
      if (error.status === 409) await this.again();
    }
  }

  seen() {
    send(`/photographs/${encodeURIComponent(this.photo.id)}/seen`, {}).catch(() => {});
  }

  need(run) {
    return () => (this.finding ? run(this.finding) : say("Choose a line first: click it, or u."));
  }

  accept = this.need((finding) => this.decide({ kind: "accept", finding: finding.id }, "Accepted"));

  reject = this.need(async (finding) => {
    const answer = await ask("What is it, if it is no crack?", [
      { name: "what", label: "Kind", options: this.inspection.kinds.map((kind) => [kind, kind]),
        value: finding.likeliest },
      { name: "reason", label: "Reason (free)" },
    ], { done: "Reject" });
    if (!answer) return;
    await this.decide(
      { kind: "reject", finding: finding.id, what: answer.what, reason: answer.reason || null },
      `Rejected: ${answer.what}`,
    );
  });

  join = () => {
    if (this.chosen.size < 2) {
      say("Choose two lines or more: click with Shift, or x adds the next one.");
      return;
    }
    this.decide({ kind: "join", finding: [...this.chosen][0], others: [...this.chosen].slice(1) },
      "Joined");
  };

  comment = this.need(async (finding) => {
    const answer = await ask("Comment", [
      { name: "text", label: "Text", type: "long", required: true },
    ]);
    if (answer) await this.decide({ kind: "comment", finding: finding.id, text: answer.text },
      "Comment kept");
  });

  gauge = this.need(async (finding) => {
    const answer = await ask("Width read by hand", [
      { name: "width_mm", label: "Width, mm", type: "number", step: "0.01", required: true },
      { name: "standard_mm", label: "Standard uncertainty, mm", type: "number", step: "0.01",
        value: "0.05", required: true },
      { name: "instrument", label: "Instrument", value: "crack gauge" },
    ]);
    if (answer) await this.decide({ kind: "gauge", finding: finding.id, ...answer }, "Width kept");
  });

  state = this.need(async (finding) => {
    const codes = finding.grades.map((grade) => [grade.code, grade.title]);
    if (!codes.length) { say("No code grades this line."); return; }
    const answer = await ask("Another state", [
      { name: "code", label: "Code", options: codes },
      { name: "state", label: "State", required: true },
      { name: "reason", label: "Reason", type: "long", required: true },
    ]);
    if (answer) await this.decide({ kind: "state", finding: finding.id, ...answer }, "State kept");
  });

  hold(event) {
    if (this.tool?.sketch?.press(this.stage.pointOf(event.position))) this.held = true;
  }

  drag(event) {
    if (this.tool?.sketch?.drag(this.stage.pointOf(event.position))) {
      event.preventDefaultAction = true;
    }
  }

  click(event) {
    if (!event.quick) return;
    event.preventDefaultAction = true;
    const point = this.stage.pointOf(event.position);
    if (this.tool) {
      if (!this.held) this.tool.click(point);
      this.held = false;
      return;
    }
    const shown = this.hidden ? [] : this.findings.filter((one) => one.shown);
    const near = nearestFinding(shown, ...point, REACH / this.stage.zoom);
    if (near) this.choose(near.finding.id, { look: false, more: event.originalEvent.shiftKey });
    else if (!event.originalEvent.shiftKey) this.choose(null);
  }

  begin(name) {
    this.tool?.end();
    this.tool = this.tools[name]();
    if (this.tool) say(this.tool.says);
    panel(this);
  }

  end() {
    this.tool?.end();
    this.tool = null;
    panel(this);
  }

  keys() {
    const free = () => !this.tool;
    const tool = () => Boolean(this.tool);
    const move = (x, y) => (event) => {
      if (this.tool?.sketch) this.tool.sketch.move(x, y, event.shiftKey);
      else this.stage?.pan(80 * x, 80 * y);
    };
    const keys = [
      { key: "u", text: "next unsure line", run: () => this.nextUnsure(), when: free },
      { key: "a", text: "accept: it is a crack", run: this.accept, when: free },
      { key: "r", text: "reject, with what it is", run: this.reject, when: free },
      { key: "j", text: "join the chosen lines", run: this.join, when: free },
      { key: "x", text: "choose the next line too", when: free, run: () => this.addNext() },
      { key: "s", text: "split the line at a point", run: () => this.begin("split"), when: free },
      { key: "e", text: "redraw: drag its nodes", run: () => this.begin("redraw"), when: free },
      { key: "n", text: "new line, along the darkest path", run: () => this.begin("draw"),
        when: free },
      { key: "g", text: "width read with a gauge", run: this.gauge, when: free },
      { key: "o", text: "another state, with a reason", run: this.state, when: free },
      { key: "c", text: "comment", run: this.comment, when: free },
      { key: "m", text: "scale from two points", run: () => this.begin("scale"), when: free },
      { key: "q", text: "mark a part that is no concrete", run: () => this.begin("region"),
        when: free },
      { key: "z", text: "undo", run: () => (this.tool ? this.tool.undo() : this.back("undo")) },
      { key: "Z", shown: "Shift z", text: "redo", run: () => this.back("redo"), when: free },
      { key: "Tab", run: () => this.step(1), when: () => false },
      { key: ".", text: "next line", run: () => this.step(1), when: free },
      { key: ",", text: "line before", run: () => this.step(-1), when: free },
      { key: "]", text: "next photograph", run: () => this.turn(1), when: free },
      { key: "[", text: "photograph before", run: () => this.turn(-1), when: free },
      { key: "h", text: "hide or show the lines", run: () => this.hide() },
      { key: "f", text: "go to the chosen line", when: free,
        run: () => this.finding && this.stage?.look(boxOf([this.finding])) },
      { key: "0", text: "whole photograph", run: () => this.stage?.home() },
      { key: "+", text: "larger", run: () => this.stage?.zoomBy(1.5) },
      { key: "=", run: () => this.stage?.zoomBy(1.5) },
      { key: "-", text: "smaller", run: () => this.stage?.zoomBy(1 / 1.5) },
      { key: "ArrowLeft", shown: "arrows", text: "move the photograph, or the cross of a tool",
        run: move(-1, 0) },
      { key: "ArrowRight", run: move(1, 0) },
      { key: "ArrowUp", run: move(0, -1) },
      { key: "ArrowDown", run: move(0, 1) },
      { key: " ", shown: "space", text: "place a point at the cross", when: tool,
        run: () => this.tool.place() },
      { key: "Enter", text: "finish what is drawn", run: () => this.tool.finish(), when: tool },
      { key: "Escape", text: "leave it", run: () => (this.tool ? this.end() : this.choose(null)) },
      { key: "?", text: "these keys", run: () => describe(keys) },
    ];
    return keys;
  }

  addNext() {
    const shown = this.findings.filter((one) => one.shown && !this.chosen.has(one.id));
    if (!shown.length) return;
    const at = this.findings.findIndex((one) => one.id === this.finding?.id);
    const next = shown.find((one) => this.findings.indexOf(one) > at) ?? shown[0];
    this.choose(next.id, { more: true });
  }

  hide() {
    this.hidden = !this.hidden;
    this.show();
  }
}
