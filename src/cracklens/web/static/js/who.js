// The name that stands beside each decision; asked once, kept by the browser.

import { ask, find } from "./dom.js";

const PLACE = "cracklens.by";

export const who = () => localStorage.getItem(PLACE) ?? "";

export async function askWho() {
  const answer = await ask(
    "Who decides?",
    [{ name: "by", label: "Your name", value: who(), required: true }],
    { note: "It stands beside each of your decisions, for good." },
  );
  if (answer?.by) localStorage.setItem(PLACE, answer.by);
  show();
  return who();
}

export async function known() {
  return who() || (await askWho());
}

export function show() {
  find("who").textContent = who() || "Your name?";
}

find("who").addEventListener("click", askWho);
show();
