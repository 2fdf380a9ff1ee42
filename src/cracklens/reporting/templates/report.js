"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Tables: a click on a heading sorts, a second one turns the order.
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent.trim() : Number(cell.dataset.v);
  };
  const compare = (one, other) =>
    typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true });
  for (const table of all("table.sortable")) {
    const body = table.tBodies[0];
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      if ("plain" in heading.dataset) return;
      // no button element: Chromium does not repeat a head that holds one on each printed page
      const button = document.createElement("span");
      button.className = "sort";
      button.setAttribute("role", "button");
      button.tabIndex = 0;
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        button.click();
      });
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const rows = [...body.rows];
        const figures = rows.length && typeof value(rows[0], column) === "number";
        const first = figures && headings[column].textContent !== "Rank" ? "descending" : "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const order = heading.getAttribute("aria-sort") === first ? second : first;
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        rows.sort((one, other) => sign * compare(value(one, column), value(other, column)));
        body.append(...rows);
      });
    });
  }
  for (const input of all("[data-filter]")) {
    const rows = [...document.getElementById(input.dataset.filter).tBodies[0].rows];
    const count = document.querySelector(`[data-count="${input.dataset.filter}"]`);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden = !row.dataset.text.toLowerCase().includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = wanted ? `${shown} of ${rows.length}` : "";
    });
  }

  // Pictures: the layer grows inside of a view that scrolls, so lines and tags keep their size.
  const LARGEST = 16;
  const STEP = 1.5;
  for (const article of all("article.photo")) {
    link(article);
    const figure = article.querySelector("figure");
    if (figure) {
      layers(figure);
      locate(article, zooming(figure));
    }
  }

  function link(article) {
    const mark = (key, on) => {
      for (const part of all("[data-key]", article)) {
        if (part.dataset.key === key) part.classList.toggle("on", on);
      }
    };
    let current = null;
    const follow = (event) => {
      const part = event.target.closest("[data-key]");
      const key = part ? part.dataset.key : null;
      if (key === current) return;
      if (current) mark(current, false);
      if (key) mark(key, true);
      current = key;
    };
    article.addEventListener("pointerover", follow);
    article.addEventListener("focusin", follow);
    article.addEventListener("pointerleave", () => {
      if (current) mark(current, false);
      current = null;
    });
  }

  function layers(figure) {
    const buttons = all("[data-layer]", figure);
    const only = figure.querySelector("[data-only]");
    let before = [];
    const set = (button, on) => {
      button.setAttribute("aria-pressed", on);
      figure.classList.toggle(`no-${button.dataset.layer}`, !on);
    };
    const isOn = (button) => button.getAttribute("aria-pressed") === "true";
    for (const button of buttons) {
      button.addEventListener("click", () => {
        set(button, !isOn(button));
        only.setAttribute("aria-pressed", !buttons.some(isOn));
      });
    }
    only.addEventListener("click", () => {
      const bare = !isOn(only);
      if (bare) before = buttons.filter(isOn);
      buttons.forEach((button) => set(button, !bare && before.includes(button)));
      only.setAttribute("aria-pressed", bare);
    });
  }

  function zooming(figure) {
    const view = figure.querySelector(".view");
    const layer = figure.querySelector(".layer");
    let zoom = 1;

    const centre = () => {
      const box = view.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    };
    const show = (next, x, y) => {
      next = Math.min(LARGEST, Math.max(1, next));
      if (zoom === 1 && next > 1) view.style.height = `${view.offsetHeight}px`;
      const old = layer.getBoundingClientRect();
      const across = (x - old.left) / old.width;
      const down = (y - old.top) / old.height;
      zoom = next;
      layer.style.setProperty("--z", zoom);
      if (zoom === 1) view.style.height = "";
      figure.classList.toggle("zoomed", zoom > 1);
      const now = layer.getBoundingClientRect();
      view.scrollLeft += now.left + across * now.width - x;
      view.scrollTop += now.top + down * now.height - y;
    };

    for (const button of all("[data-zoom]", figure)) {
      const step = { in: STEP, out: 1 / STEP, whole: 0 }[button.dataset.zoom];
      button.addEventListener("click", () => show(zoom * step, ...centre()));
    }
    view.addEventListener("keydown", (event) => {
      const step = { "+": STEP, "=": STEP, "-": 1 / STEP, 0: 0 }[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      show(zoom * step, ...centre());
    });
    view.addEventListener(
      "wheel",
      (event) => {
        // without a click first, the wheel scrolls the page past the pictures
        if (!event.ctrlKey && !view.contains(document.activeElement)) return;
        event.preventDefault();
        const lines = event.deltaMode === 0 ? event.deltaY : event.deltaY * 30;
        show(zoom * Math.exp(-lines / 400), event.clientX, event.clientY);
      },
      { passive: false },
    );
    view.addEventListener("dblclick", (event) =>
      show(zoom > 1 ? 1 : 3, event.clientX, event.clientY),
    );

    let held = null;
    view.addEventListener("dragstart", (event) => event.preventDefault());
    view.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      held = [event.clientX + view.scrollLeft, event.clientY + view.scrollTop];
    });
    addEventListener("pointermove", (event) => {
      if (!held) return;
      figure.classList.add("moving");
      view.scrollLeft = held[0] - event.clientX;
      view.scrollTop = held[1] - event.clientY;
    });
    addEventListener("pointerup", () => {
      held = null;
      figure.classList.remove("moving");
    });

    let pinch = null;
    const spread = ({ touches: [one, other] }) =>
      Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    view.addEventListener("touchstart", (event) => {
      pinch = event.touches.length === 2 ? { from: spread(event), zoom } : null;
    }, { passive: true });
    view.addEventListener(
      "touchmove",
      (event) => {
        if (!pinch || event.touches.length !== 2) return;
        event.preventDefault();
        const [one, other] = event.touches;
        const x = (one.clientX + other.clientX) / 2;
        const y = (one.clientY + other.clientY) / 2;
        show((pinch.zoom * spread(event)) / pinch.from, x, y);
      },
      { passive: false },
    );
    addEventListener("beforeprint", () => show(1, ...centre()));

    return (box) => {
      const [x, y, width, height] = box;
      const style = getComputedStyle(figure);
      const whole = [Number(style.getPropertyValue("--w")), Number(style.getPropertyValue("--h"))];
      show(1, ...centre());
      const size = layer.getBoundingClientRect();
      const fit = Math.min(
        view.clientWidth / ((width / whole[0]) * size.width),
        view.clientHeight / ((height / whole[1]) * size.height),
      );
      show(Math.max(1, Math.min(8, fit * 0.7)), ...centre());
      const now = layer.getBoundingClientRect();
      view.scrollLeft = ((x + width / 2) / whole[0]) * now.width - view.clientWidth / 2;
      view.scrollTop = ((y + height / 2) / whole[1]) * now.height - view.clientHeight / 2;
    };
  }

  function locate(article, goTo) {
    for (const anchor of all("[data-locate]", article)) {
      anchor.addEventListener("click", (event) => {
        event.preventDefault();
        const row = anchor.closest("tr");
        goTo(row.dataset.box.split(" ").map(Number));
        article.querySelector(".view").scrollIntoView({ block: "center", behavior: "smooth" });
      });
    }
    for (const line of all("g.crack", article)) {
      line.addEventListener("click", () => {
        const row = document.getElementById(line.dataset.key);
        if (row) row.scrollIntoView({ block: "nearest", behavior: "smooth" });
      });
    }
  }

  // A link into closed details opens them.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!(target instanceof HTMLDetailsElement)) return;
    target.open = true;
    const around = target.closest(".all-details");
    if (around) around.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Small pictures of the first cracks, cut out of the photographs that the page holds anyway.
  for (const thumb of all("[data-thumb]")) {
    const article = document.getElementById(thumb.dataset.of);
    const picture = article && article.querySelector(".layer img");
    if (!picture) continue;
    const style = getComputedStyle(article.querySelector("figure"));
    const whole = [Number(style.getPropertyValue("--w")), Number(style.getPropertyValue("--h"))];
    const [x, y, width, height] = thumb.dataset.box.split(" ").map(Number);
    const side = Math.max(width, (height * 4) / 3, whole[0] / 12) * 1.15;
    const box = [x + width / 2 - side / 2, y + height / 2 - (side * 3) / 8, side, (side * 3) / 4];
    const namespace = article.querySelector(".layer svg").namespaceURI;
    const svg = document.createElementNS(namespace, "svg");
    svg.setAttribute("viewBox", box.join(" "));
    svg.setAttribute("aria-hidden", "true");
    const image = document.createElementNS(namespace, "image");
    const place = { x: -0.5, y: -0.5, width: whole[0], height: whole[1], href: picture.src };
    Object.entries(place).forEach(([name, at]) => image.setAttribute(name, at));
    svg.append(image);
    const line = all("g.crack", article).find((one) => one.dataset.key === thumb.dataset.thumb);
    if (line) svg.append(line.cloneNode(true));
    thumb.append(svg);
  }

})();
