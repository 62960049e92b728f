// What this browser remembers: papers marked as read, and reading lists. Nothing of it is sent
// anywhere. Whatever stands in the storage is checked, since other programs can write there, too.

export const KEY = "nearpaper";
const FIRST = "Saved";
const MOST_TEXT = 5000;

export const make = (tag, text = "", fields = {}) =>
  Object.assign(document.createElement(tag), { textContent: text, ...fields });
// A search for an id that a browser would read as a way elsewhere, as the server has it.
export const addressOf = (id) => (id.split(/[\\/]/).some((part) => part === "." || part === "..")
  ? `/?${new URLSearchParams({ q: id })}`
  : "/papers/" + id.split("/").map(encodeURIComponent).join("/"));
let fading;
export const say = (text) => {
  const said = document.getElementById("said");
  said.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => { said.textContent = ""; }, 8000);
};

const textOf = (value) => (typeof value === "string" ? value.slice(0, MOST_TEXT) : "");
export const arrayOf = (value) => (Array.isArray(value) ? value : []);
export const paperOf = (value) => ({
  id: textOf(value?.id),
  title: textOf(value?.title),
  note: textOf(value?.note),
  tags: [...new Set(arrayOf(value?.tags).map(textOf).filter(Boolean))],
});
// Browsers have `crypto.randomUUID` only over HTTPS.
export const freshId = () => `${Date.now()}-${Math.random().toString(36).slice(2)}`;
export const listOf = (value) => ({
  id: textOf(value?.id),
  name: textOf(value?.name).trim() || FIRST,
  note: textOf(value?.note),
  papers: arrayOf(value?.papers).map(paperOf).filter((paper) => paper.id),
});

// Before there were lists, papers stood in two objects by their ids.
const asLists = ({ lists, saved }) => {
  // Lists of older versions have no ids; their places will do, until the first change writes these.
  if (Array.isArray(lists) && lists.length) return lists.map((list, at) => listOf({ ...list, id: list?.id || `${at}` }));
  const papers = Object.entries(saved ?? {}).map(([id, paper]) => ({ ...paper, id }));
  return [listOf({ id: "0", name: FIRST, papers })];
};

export function load() {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(KEY));
  } catch { /* no storage, or spoilt: as if it were empty */ }
  const memory = kept && typeof kept === "object" ? kept : {};
  const lists = asLists(memory);
  const current = Number.isInteger(memory.current) ? memory.current : 0;
  return {
    lists,
    current: Math.min(Math.max(current, 0), lists.length - 1),
    read: (Array.isArray(memory.read) ? memory.read : Object.keys(memory.read ?? {})).map(textOf),
    hidden: memory.hidden === true,
  };
}

// Says so itself where nothing can be saved; gives back whether it could.
export function change(alter) {
  const memory = load();
  let saved = true;
  alter(memory);
  try {
    localStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    saved = false;
    say("Nothing can be saved: the browser's storage is full or disabled");
  }
  show();
  return saved;
}

const without = (ids, id) => ids.filter((one) => one !== id);
export const toggleRead = (id) => change((memory) => {
  memory.read = memory.read.includes(id) ? without(memory.read, id) : [...memory.read, id];
});
const toggleSaved = (id, title) => change((memory) => {
  const holding = memory.lists.filter((list) => list.papers.some((paper) => paper.id === id));
  const { name, papers } = memory.lists[memory.current];
  if (!holding.length) {
    papers.push(paperOf({ id, title }));
    return say(`Saved in the list “${name}”: ${title}`);
  }
  const lists = `the list${holding.length > 1 ? "s" : ""} ${holding.map((list) => `“${list.name}”`).join(" and ")}`;
  const written = holding.some((list) => list.papers.some((paper) => paper.id === id && (paper.note || paper.tags.length)));
  if (written && !confirm(`Take it out of ${lists}, with its note and tags?`)) return;
  for (const list of holding) list.papers = list.papers.filter((paper) => paper.id !== id);
  say(`Taken out of ${lists}: ${title}`);
});

// As printed, unless TeX in it is set.
export const titleOf = (article) => article.dataset.title ?? article.querySelector("a.title").textContent;

function toggle(article, kind, words, act) {
  const { id } = article.dataset;
  const title = titleOf(article);
  const button = make("button", words, { type: "button", className: `plain ${kind}` });
  button.setAttribute("aria-label", `${words === "Read" ? "Mark as read" : words}: ${title}`);
  button.addEventListener("click", () => act(id, title));
  return button;
}

function show() {
  const memory = load();
  const saved = new Set(memory.lists.flatMap((list) => list.papers.map((paper) => paper.id)));
  const on = { saved, read: new Set(memory.read) };
  const box = document.getElementById("hide-read");
  const rows = [...document.querySelectorAll(".results > li")], used = rows.find((row) => row.contains(document.activeElement));
  for (const article of document.querySelectorAll("article[data-id]")) {
    for (const kind of ["read", "saved"]) {
      const is = on[kind].has(article.dataset.id);
      article.classList.toggle(`is-${kind}`, is);
      const button = article.querySelector(`button.${kind}`);
      button?.setAttribute("aria-pressed", is);
      if (button && kind === "saved") {
        button.textContent = is ? "Saved" : "Save";
        button.setAttribute("aria-label", `${button.textContent}: ${titleOf(article)}`);
        button.title = is ? "In a reading list" : `Into the list “${memory.lists[memory.current].name}”`;
      }
    }
    const row = article.closest(".results > li");
    if (row) row.hidden = Boolean(box) && memory.hidden && on.read.has(article.dataset.id);
  }
  if (used?.hidden) { // whoever uses the keyboard goes on with the next paper
    const shown = (row) => !row.hidden;
    (rows.slice(rows.indexOf(used)).find(shown) ?? rows.findLast(shown))?.querySelector(".title").focus();
  }
  if (box) {
    box.checked = memory.hidden;
    document.getElementById("all-read").hidden = !rows.length || rows.some((row) => !row.hidden);
  }
  const label = document.getElementById("hiding");
  if (label) label.hidden = !document.querySelector(".is-read"); // nothing to hide
}

for (const article of document.querySelectorAll("article[data-id]")) {
  article.querySelector(".keep, .actions")?.append(
    toggle(article, "saved", "Save", toggleSaved),
    toggle(article, "read", "Read", toggleRead),
  );
}
const bar = document.querySelector(".narrowed");
if (bar) {
  const label = make("label", "", { id: "hiding" });
  const box = make("input", "", { type: "checkbox", id: "hide-read" });
  box.addEventListener("change", () => change((memory) => { memory.hidden = box.checked; }));
  label.append(box, " hide papers marked as read");
  bar.append(label);
  bar.after(make("p", "All papers of this page are marked as read, and hidden.", { id: "all-read", className: "quiet" }));
}
addEventListener("storage", show);
show();
