// Elements without strings of HTML: what comes from a photograph or a person is always text.

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const find = (id) => document.getElementById(id);

export function say(text, { wrong = false } = {}) {
  const place = find("said");
  place.textContent = text;
  place.classList.toggle("wrong", wrong);
  place.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.classList.remove("shown"), wrong ? 12000 : 4000);
}

// Shows a form in a dialog; resolves to its fields, or to null if it is closed.
export function ask(title, fields, { done = "Save", note = null } = {}) {
  const dialog = find("dialog");
  return new Promise((resolve) => {
    const inputs = fields.map(field);
    const form = make(
      "form",
      { method: "dialog" },
      make("h2", { id: "dialog-title" }, title),
      note ? make("p", {}, note) : null,
      ...inputs.map((one) => one.row),
      make(
        "p",
        { className: "row" },
        make("button", { type: "submit", className: "main" }, done),
        make("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
      ),
    );
    let answer = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer = Object.fromEntries(inputs.map((one) => [one.name, one.value()]));
      dialog.close();
    });
    dialog.replaceChildren(form);
    dialog.setAttribute("aria-labelledby", "dialog-title");
    dialog.addEventListener("close", () => resolve(answer), { once: true });
    dialog.showModal();
  });
}

function field({ name, label, type = "text", options = null, value = "", required = false, step }) {
  let input;
  if (options) {
    input = make(
      "select",
      { name, required },
      ...options.map(([key, text]) => make("option", { value: key }, text)),
    );
    if (value) input.value = value;
  } else if (type === "long") {
    input = make("textarea", { name, required, rows: 3, value });
  } else {
    input = make("input", { name, type, required, value, step, autocomplete: "off" });
  }
  const row = make("label", { className: "field" }, make("span", {}, label), input);
  return { name, row, value: () => (type === "number" ? Number(input.value) : input.value.trim()) };
}
