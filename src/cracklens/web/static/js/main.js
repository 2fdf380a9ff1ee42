// Which page is shown: the part of the address after #.

import { read } from "./api.js";
import { find, make, say } from "./dom.js";
import { showApproval } from "./approval.js";
import { showPhotograph } from "./photo.js";
import { showWall } from "./wall.js";

const PAGES = [
  [/^#\/photo\/([^/]+)(?:\/(.+))?$/, showPhotograph],
  [/^#\/approve$/, showApproval],
  [/^#?\/?$/, showWall],
];

let leave = () => {};
let turn = 0;

async function go() {
  turn += 1;
  const mine = turn;
  leave();
  leave = () => {};
  const view = find("view");
  const page = PAGES.find(([pattern]) => pattern.test(location.hash)) ?? PAGES.at(-1);
  const parts = location.hash.match(page[0])?.slice(1).map((part) => part && decodeURIComponent(part));
  try {
    const inspection = await read("/inspection");
    document.title = `${inspection.name} – cracklens desk`;
    const left = page[1](view, inspection, ...(parts ?? []));
    const done = await left;
    if (mine === turn) leave = done ?? (() => {});
    else done?.();
  } catch (error) {
    view.replaceChildren(
      make("div", { className: "alone" }, make("h1", {}, "This page cannot be shown"),
        make("p", {}, error.message),
        make("p", {}, make("button", { type: "button", onclick: go }, "Try again"))),
    );
    say(error.message, { wrong: true });
  }
}

addEventListener("hashchange", go);
go();
