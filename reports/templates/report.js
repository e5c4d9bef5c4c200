"use strict";
(() => {
  const FILTERS = ["Machine", "Workload", "Runtime", "Kind", "Isolation"];
  const PAGE = 100;
  const UNITS = {
    ns: 1, "µs": 1e3, ms: 1e6, s: 1e9,
    B: 1, KiB: 1024, MiB: 1048576, GiB: 1073741824,
    k: 1e3, M: 1e6, G: 1e9,
  };

  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const make = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  // What a text is worth in a column of numbers; null for what stands for none.
  const worth = (text) => {
    const found = text.replaceAll(",", "").match(/^([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(\S*)/i);
    return found ? Number(found[1]) * (UNITS[found[2]] ?? 1) : null;
  };

  const order = (a, b, numeric) => {
    if (!numeric) return a.localeCompare(b, "en", { numeric: true });
    const [x, y] = [worth(a), worth(b)];
    // What has no number stands last either way.
    if (x === null || y === null) return x === y ? 0 : x === null ? Infinity : -Infinity;
    return x - y;
  };

  const readCsv = (text) => {
    const rows = [];
    let row = [], field = "", quoted = false;
    for (let at = 0; at < text.length; at++) {
      const letter = text[at];
      if (quoted) {
        if (letter !== '"') field += letter;
        else if (text[at + 1] === '"') { field += '"'; at++; }
        else quoted = false;
      } else if (letter === '"') quoted = true;
      else if (letter === ",") { row.push(field); field = ""; }
      else if (letter === "\n") { row.push(field); rows.push(row); row = []; field = ""; }
      else if (letter !== "\r") field += letter;
    }
    return rows;
  };

  const writeCsv = (rows) => {
    const field = (text) => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    return rows.map((row) => row.map(field).join(",")).join("\n") + "\n";
  };

  // A table that stands in the page, or one of CSV that is shown page by page.
  class View {
    constructor(box) {
      this.box = box;
      this.sorted = null;
      const island = box.querySelector("pre.island");
      if (island) this.fromCsv(island);
      else this.fromTable(box.querySelector("table"));
      this.filtered = FILTERS.map((name) => [name, this.headings.indexOf(name)])
        .filter(([, at]) => at >= 0);
      this.shown = this.rows;
      if (this.rows.length > 1) this.addSorting();
      this.addTools();
      if (this.paged) this.draw();
    }

    fromTable(table) {
      this.table = table;
      this.heads = all("thead th", table);
      const own = (head) => (head.firstChild?.textContent ?? "").trim();
      this.headings = this.heads.map(own);
      this.full = this.heads.map((head) => {
        const unit = head.querySelector("span")?.textContent;
        return unit ? `${own(head)} (${unit})` : own(head);
      });
      this.numeric = this.heads.map((head) => head.classList.contains("num"));
      this.body = table.tBodies[0];
      this.rows = all("tr", this.body)
        .map((line) => ({ line, cells: [...line.cells].map((cell) => cell.textContent) }));
    }

    fromCsv(island) {
      const [full, ...rows] = readCsv(island.textContent);
      this.paged = PAGE;
      this.full = full;
      this.numeric = [...island.dataset.numeric].map((flag) => flag === "1");
      this.headings = full.map((text) => text.replace(/ \(.*\)$/, ""));
      this.rows = rows.map((cells) => ({ cells }));
      this.heads = full.map((text, at) => {
        const head = make("th", { scope: "col", className: this.numeric[at] ? "num" : "" });
        const unit = text.match(/ \((.*)\)$/);
        head.append(this.headings[at]);
        if (unit) head.append(make("span", { textContent: unit[1] }));
        return head;
      });
      this.body = make("tbody");
      this.table = make("table", {},
        make("caption", { textContent: this.box.getAttribute("aria-label") }),
        make("thead", {}, make("tr", {}, ...this.heads)), this.body);
      island.replaceWith(this.table);
      this.more = make("button", { type: "button", className: "more" });
      this.more.addEventListener("click", () => { this.paged += PAGE * 5; this.draw(); });
      this.box.after(this.more);
    }

    addSorting() {
      this.heads.forEach((head, at) => {
        const button = make("button", { type: "button", className: "sort" });
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener("click", () => this.sort(at));
      });
    }

    addTools() {
      const name = this.box.dataset.file;
      const label = this.box.getAttribute("aria-label");
      const text = () => writeCsv([this.full, ...this.shown.map((row) => row.cells.map((cell, at) =>
        this.numeric[at] ? cell.replaceAll(",", "").replace(/^–$/, "") : cell))]);
      const save = make("button", { type: "button", textContent: "Download CSV" });
      save.setAttribute("aria-label", `Download ${label} as CSV`);
      save.addEventListener("click", () => {
        const href = URL.createObjectURL(new Blob([text()], { type: "text/csv" }));
        make("a", { href, download: name }).click();
        setTimeout(() => URL.revokeObjectURL(href), 1000);
      });
      const copy = make("button", { type: "button", textContent: "Copy" });
      copy.setAttribute("aria-label", `Copy ${label} as CSV`);
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text());
          say(copy, "Copied");
        } catch {
          say(copy, "Not allowed here: use Download CSV");
        }
      });
      (this.more ?? this.box).after(make("p", { className: "tools" }, copy, save));
    }

    sort(at) {
      const descending = this.sorted === at && this.heads[at].getAttribute("aria-sort") === "ascending";
      this.heads.forEach((head) => head.removeAttribute("aria-sort"));
      this.heads[at].setAttribute("aria-sort", descending ? "descending" : "ascending");
      this.sorted = at;
      this.rows.sort((a, b) => {
        const found = order(a.cells[at], b.cells[at], this.numeric[at]);
        return descending && Number.isFinite(found) ? -found : found === Infinity ? 1 : found === -Infinity ? -1 : found;
      });
      if (!this.paged) this.body.append(...this.rows.map((row) => row.line));
      this.choose(this.fits ?? (() => true));
    }

    // Shows the rows that fit.
    choose(fits) {
      this.fits = fits;
      this.shown = this.rows.filter((row) => this.filtered.every(([name, at]) => fits(name, row.cells[at])));
      if (this.paged) return this.draw();
      const shown = new Set(this.shown);
      this.rows.forEach((row) => { row.line.hidden = !shown.has(row); });
    }

    draw() {
      const lines = this.shown.slice(0, this.paged).map((row) => make("tr", {},
        ...row.cells.map((cell, at) => make("td", { textContent: cell, className: this.numeric[at] ? "num" : "" }))));
      this.body.replaceChildren(...lines);
      const left = this.shown.length - lines.length;
      this.more.hidden = left <= 0;
      this.more.textContent = `Show more: ${left.toLocaleString("en")} of ${this.shown.length.toLocaleString("en")} rows are left`;
    }
  }

  const say = (button, words) => {
    const before = button.textContent;
    button.textContent = words;
    setTimeout(() => { button.textContent = before; }, 1500);
  };

  const views = all(".scroll").map((box) => new View(box));
  const sections = all("section[data-tags]")
    .map((section) => ({ section, tags: JSON.parse(section.dataset.tags) }));

  // The filters: what sections are about, or else what stands in tables.
  const form = document.querySelector("form.filters");
  const reset = form.querySelector("[type=reset]");
  const status = form.querySelector("output");
  const options = (name) => {
    const found = new Set(sections.map(({ tags }) => tags[name]).filter((value) => value !== undefined));
    const add = (view) => {
      const at = view.headings.indexOf(name);
      if (at >= 0) view.rows.forEach((row) => found.add(row.cells[at]));
    };
    // The table of all cells knows those whose rankings have no section of their own.
    views.filter((view) => view.box.closest("section")?.id === "cells").forEach(add);
    if (!found.size) views.forEach(add);
    return found;
  };
  const filters = FILTERS.map((name) => [name, options(name)]).filter(([, values]) => values.size > 1);
  const chosen = new Map(filters.map(([name, values]) => [name, new Set(values)]));
  const known = new Map(filters);

  const apply = () => {
    const fits = (name, value) =>
      !known.get(name)?.has(value) || chosen.get(name).has(value);
    for (const { section, tags } of sections) {
      section.hidden = !Object.entries(tags).every(([name, value]) => fits(name, value));
      const link = document.querySelector(`nav a[href="#${section.id}"]`);
      if (link) link.hidden = section.hidden;
    }
    views.forEach((view) => view.choose(fits));
    let active = false;
    for (const [name, values] of filters) {
      const count = chosen.get(name).size;
      const words = count === values.size ? "all" : count === 1 ? [...chosen.get(name)][0] : `${count} of ${values.size}`;
      active ||= count !== values.size;
      form.querySelector(`[data-filter="${name}"] b`).textContent = words;
    }
    document.body.classList.toggle("filtered", active);
    reset.hidden = !active;
    const rows = views.filter((view) => view.filtered.length);
    const count = (of) => rows.reduce((sum, view) => sum + of(view), 0).toLocaleString("en");
    status.textContent = active ? `${count((view) => view.shown.length)} of ${count((view) => view.rows.length)} rows shown` : "";
  };

  for (const [name, values] of filters) {
    const boxes = [...values].map((value) => {
      const input = make("input", { type: "checkbox", checked: true, value });
      input.addEventListener("change", () => {
        chosen.get(name)[input.checked ? "add" : "delete"](value);
        apply();
      });
      return make("label", {}, input, " ", value || "none");
    });
    const inputs = () => all("input", list);
    const set = (checked) => {
      inputs().forEach((input) => { input.checked = checked; });
      chosen.set(name, new Set(checked ? values : []));
      apply();
    };
    const every = make("button", { type: "button", textContent: "All" });
    const none = make("button", { type: "button", textContent: "None" });
    every.addEventListener("click", () => set(true));
    none.addEventListener("click", () => set(false));
    const list = make("fieldset", {}, make("legend", { textContent: name }), make("p", {}, every, none), ...boxes);
    const choice = make("details", {}, make("summary", {}, `${name}: `, make("b", { textContent: "all" })), list);
    choice.dataset.filter = name;
    choice.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !choice.open) return;
      choice.open = false;
      choice.querySelector("summary").focus();
    });
    form.querySelector(".choices").append(choice);
  }
  document.addEventListener("click", (event) => {
    all("details[open]", form).filter((choice) => !choice.contains(event.target))
      .forEach((choice) => { choice.open = false; });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    filters.forEach(([name, values]) => chosen.set(name, new Set(values)));
    setTimeout(apply);
  });
  form.hidden = filters.length === 0;
  document.documentElement.classList.add("scripted");
})();
