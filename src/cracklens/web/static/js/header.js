// The line at the top: where one is, and how much is left to do.

import { find, make } from "./dom.js";

export function trail(inspection, ...steps) {
  find("trail").replaceChildren(
    make("a", { href: "#/" }, inspection.name),
    ...steps.flatMap((step) => [make("span", { className: "between" }, "›"), step]),
  );
}

export function left(inspection) {
  const { unsure, undecided, findings, approved } = inspection;
  const version = approved.length ? `version ${approved.length} approved, ` : "";
  find("left").textContent =
    `${version}${findings - undecided} of ${findings} decided, ${unsure} unsure left`;
}
