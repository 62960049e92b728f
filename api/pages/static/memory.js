// What this browser remembers: papers marked as read and saved. Nothing of it is sent anywhere.
"use strict";

{
  const KEY = "nearpaper";
  const MOST = 100; // papers that a similar search takes

  const load = () => {
    try {
      return { read: {}, saved: {}, hidden: false, ...JSON.parse(localStorage.getItem(KEY)) };
    } catch {
      return { read: {}, saved: {}, hidden: false };
    }
  };
  const change = (alter) => {
    const memory = load();
    alter(memory);
    try {
      localStorage.setItem(KEY, JSON.stringify(memory));
    } catch {
      document.getElementById("said").textContent = "Nothing can be saved: the browser's storage is full or disabled";
    }
    show();
  };
  const make = (tag, text, fields = {}) => Object.assign(document.createElement(tag), { textContent: text, ...fields });

  const toggle = (article, kind, words) => {
    const { id, title, address } = article.dataset;
    const button = make("button", words, { type: "button", className: `plain ${kind}` });
    button.setAttribute("aria-label", `${words}: ${title}`);
    button.addEventListener("click", () => change((memory) => {
      if (memory[kind][id]) delete memory[kind][id];
      else memory[kind][id] = { title, address };
    }));
    return button;
  };

  const show = () => {
    const memory = load();
    for (const article of document.querySelectorAll("article[data-id]")) {
      for (const kind of ["read", "saved"]) {
        const on = Boolean(memory[kind][article.dataset.id]);
        article.classList.toggle(`is-${kind}`, on);
        article.querySelector(`button.${kind}`)?.setAttribute("aria-pressed", on);
      }
      const row = article.closest(".results > li");
      if (row) row.hidden = memory.hidden && Boolean(memory.read[article.dataset.id]);
    }
    const box = document.getElementById("hide-read");
    if (box) box.checked = memory.hidden;
    const list = document.getElementById("saved-list");
    if (list) list.replaceChildren(...savedList(memory));
  };

  const exportAll = async (ids) => {
    const said = document.getElementById("said");
    const texts = [];
    for (const id of ids) {
      const path = id.split("/").map(encodeURIComponent).join("/");
      const answer = await fetch(`/api/v1/papers/${path}?format=bibtex`);
      if (answer.ok) texts.push(await answer.text());
    }
    const file = new Blob([texts.join("\n")], { type: "application/x-bibtex" });
    const link = make("a", "", { href: URL.createObjectURL(file), download: "saved.bib" });
    link.click();
    URL.revokeObjectURL(link.href);
    said.textContent = `${texts.length} of ${ids.length} papers exported`;
  };

  const savedList = (memory) => {
    const ids = Object.keys(memory.saved);
    if (!ids.length) return [make("p", "No saved papers yet. Choose “save” beside a paper.")];
    const rows = ids.map((id) => {
      const { title, address } = memory.saved[id];
      const row = make("li", "");
      // Only addresses of our own: memory may have been written by something else.
      const link = make("a", title || id);
      link.href = String(address).startsWith("/papers/") ? address : "/";
      const drop = make("button", "remove", { type: "button", className: "plain" });
      drop.setAttribute("aria-label", `remove: ${title}`);
      drop.addEventListener("click", () => change((kept) => { delete kept.saved[id]; }));
      row.append(link, " ", drop);
      return row;
    });
    const list = make("ul", "");
    list.append(...rows);
    const query = new URLSearchParams(ids.slice(-MOST).map((id) => ["similar", id]));
    const near = make("a", "Papers similar to these", { href: `/?${query}` });
    const out = make("button", "Export as BibTeX", { type: "button" });
    out.addEventListener("click", () => exportAll(ids));
    const ways = make("p", "", { className: "facts ways" });
    ways.append(near, out);
    return [list, ways];
  };

  for (const article of document.querySelectorAll("article[data-id]")) {
    article.querySelector(".ways")?.append(toggle(article, "saved", "save"), toggle(article, "read", "mark as read"));
  }
  const results = document.querySelector(".results");
  if (results) {
    const label = make("label", "");
    const box = make("input", "", { type: "checkbox", id: "hide-read" });
    box.addEventListener("change", () => change((memory) => { memory.hidden = box.checked; }));
    label.append(box, " hide papers marked as read");
    const bar = document.querySelector(".bar");
    if (bar) bar.append(label);
    else results.before(label);
  }
  addEventListener("storage", show);
  show();
}
