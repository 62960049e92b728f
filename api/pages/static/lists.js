// The page of reading lists: made anew from the browser's memory after each change of what is there.
import { KEY, addressOf, change, freshId, listOf, load, make, paperOf, say, toggleRead } from "./memory.js";
import { download, exported, imported } from "./exchange.js";

const MOST = 100; // papers that a similar search takes
const root = document.getElementById("lists");
let tag = "", unread = false, ticked = new Set();
let drawn = "", stale = false; // which list is shown; another tab has changed what it holds
let fresh = ""; // the half-typed name of a new list
const opened = new Map(); // by the paper's id: whether somebody opened or closed its note

const current = (memory) => memory.lists[memory.current];
const counted = (number) => `${number} ${number === 1 ? "paper" : "papers"}`;
// The list that is shown, which another tab may have deleted or moved to another place.
const alter = (act) => {
  let found = false;
  const saved = change((memory) => {
    const list = memory.lists.find((one) => one.id === drawn);
    found = Boolean(list);
    if (found) act(list, memory);
  });
  if (!found) say("Not changed: this list was deleted in another tab");
  return saved && found;
};
const drawing = (saved) => {
  draw();
  return saved;
};
const anew = (act) => drawing(alter(act));

function button(words, act, label = "") {
  const made = make("button", words, { type: "button", className: "plain" });
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}
let numbered = 0;
function labelled(words, field) {
  field.id = `field-${numbered++}`;
  const pair = make("span", "", { className: "labelled" });
  pair.append(make("label", words, { htmlFor: field.id }), field);
  return pair;
}
function choice(names, chosen, act) {
  const made = make("select");
  names.forEach((name, at) => made.append(make("option", name, { value: at, selected: at === chosen })));
  made.addEventListener("change", () => act(Number(made.value)));
  return made;
}
function field(kind, value, act, fields = {}) {
  const made = make(kind, "", { value, ...fields });
  made.addEventListener("change", () => act(made.value.trim()));
  return made;
}
function row(...parts) {
  const made = make("div", "", { className: "list-row" });
  made.append(...parts);
  return made;
}

let managing = false;
function folded(words, open, ...parts) {
  const made = make("details", "", { open, className: "quiet-details" });
  made.addEventListener("toggle", () => { managing = made.open; });
  made.append(make("summary", words), ...parts);
  return made;
}
function importing() {
  const made = make("input", "", { type: "file", accept: ".json,.bib,.ris,.txt" });
  made.addEventListener("change", () => { if (made.files[0]) take(made.files[0]); });
  return made;
}

function heads(memory) {
  const list = current(memory);
  const names = memory.lists.map((one) => `${one.name} (${one.papers.length})`);
  const form = make("form", "", { className: "list-row" });
  const name = make("input", "", { required: true, maxLength: 100, autocomplete: "off", value: fresh });
  name.addEventListener("input", () => { fresh = name.value; });
  form.append(labelled("New list", name), make("button", "Add", { className: "button" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fresh = "";
    drawing(change((all) => { all.current = all.lists.push(listOf({ id: freshId(), name: name.value })) - 1; }));
  });
  const drop = button("Delete this list", () => {
    if (list.papers.length && !confirm(`Delete “${list.name}” with ${counted(list.papers.length)}?`)) return;
    anew((one, all) => { all.lists.splice(all.lists.indexOf(one), 1); all.current = 0; });
  });
  const pick = choice(names, memory.current, (at) => {
    ticked = new Set();
    drawing(change((all) => { all.current = all.lists.findIndex((one) => one.id === memory.lists[at].id); }));
  });
  // Nothing is drawn anew, or a click that ends the typing would meet a button that is gone.
  const rename = (to) => {
    if (!to || !alter((one) => { one.name = to; })) return draw();
    list.name = to;
    pick.selectedOptions[0].textContent = `${to} (${list.papers.length})`;
  };
  const named = row(
    labelled("Name", field("input", list.name, rename, { maxLength: 100 })),
    labelled("Note", field("textarea", list.note, (to) => alter((one) => { one.note = to; }), { rows: 1, maxLength: 5000 })),
    ...(memory.lists.length > 1 ? [drop] : []),
  );
  return [
    row(labelled("List", pick), make("span", "Papers that you save go here.", { className: "quiet" })),
    folded("Manage lists", managing || !list.papers.length, named, form, row(labelled("Import JSON, BibTeX or RIS", importing()))),
  ];
}

const shownOf = (memory) => current(memory).papers.filter((paper) =>
  (!tag || paper.tags.includes(tag)) && (!unread || !memory.read.includes(paper.id)));
const chosenOf = (memory) => {
  const shown = shownOf(memory), some = shown.filter((paper) => ticked.has(paper.id));
  return some.length ? some : shown;
};

const nearTo = (memory) => `/?${new URLSearchParams(chosenOf(memory).slice(-MOST).map((paper) => ["similar", paper.id]))}`;

async function save(format) {
  const memory = load(), papers = chosenOf(memory);
  try {
    say(await download(await exported(format, current(memory), papers, new Set(memory.read)), papers.length));
  } catch (error) {
    say(`Not exported: ${error.message}`);
  }
}
async function take(file) {
  try {
    const found = await imported(file);
    const saved = anew((list, memory) => {
      const held = new Set(list.papers.map((paper) => paper.id));
      list.papers.push(...found.papers.filter((paper) => !held.has(paper.id)).map(paperOf));
      list.note ||= found.note;
      memory.read = [...new Set([...memory.read, ...found.read])];
    });
    if (saved) say(`${counted(found.papers.length)} imported` + (found.missing.length ? `; not in this index: ${found.missing.slice(0, 5).join("; ")}${found.missing.length > 5 ? ` and ${found.missing.length - 5} more` : ""}` : ""));
  } catch (error) {
    say(`Not imported: ${error.message}`);
  }
}

function tools(memory) {
  const tags = [...new Set(current(memory).papers.flatMap((paper) => paper.tags))].sort();
  const box = make("input", "", { type: "checkbox", checked: unread });
  box.addEventListener("change", () => { unread = box.checked; draw(); });
  const near = make("a", "Papers similar to these", { id: "near", href: nearTo(memory) });
  const out = row(make("span", "Export the selected papers, or all:"), ...["JSON", "BibTeX", "RIS"].map((name) =>
    button(name, () => save(name.toLowerCase()), `Export as ${name}`)));
  const some = current(memory).papers.length > 0;
  const only = [...(tags.length ? [labelled("Tag", choice(["any", ...tags], tags.indexOf(tag) + 1, (at) => { tag = at ? tags[at - 1] : ""; draw(); }))] : []), labelled("Unread only", box)];
  return some ? [row(...only, near), out] : [];
}

function entry(paper, memory) {
  const title = paper.title || paper.id, read = memory.read.includes(paper.id);
  const made = make("li", "", { className: read ? "is-read" : "" });
  made.dataset.id = paper.id;
  const tick = make("input", "", { type: "checkbox", checked: ticked.has(paper.id) });
  tick.setAttribute("aria-label", `select: ${title}`);
  tick.addEventListener("change", () => {
    tick.checked ? ticked.add(paper.id) : ticked.delete(paper.id);
    document.getElementById("near").href = nearTo(load());
  });
  const own = (act) => alter((list) => {
    const mine = list.papers.find((one) => one.id === paper.id);
    if (mine) act(mine); // another tab may have taken it out
  });
  const seen = button("read", () => { toggleRead(paper.id); draw(); }, `read: ${title}`);
  seen.setAttribute("aria-pressed", read);
  const others = memory.lists.filter((_, at) => at !== memory.current);
  const move = button("move", () => anew((list, all) => {
    const target = all.lists.find((one) => one.id === others[to.value - 1].id);
    const moved = list.papers.find((one) => one.id === paper.id);
    if (!target || !moved) return; // another tab may have deleted either
    list.papers = list.papers.filter((one) => one !== moved);
    if (!target.papers.some((one) => one.id === paper.id)) target.papers.push(moved);
  }), `move: ${title}`);
  move.hidden = true;
  // An arrow key chooses each list that it passes, so that it takes a button to move.
  const to = choice(["move to …", ...others.map((list) => list.name)], 0, (at) => { move.hidden = !at; });
  to.setAttribute("aria-label", `move to another list: ${title}`);
  const drop = button("remove", () => {
    if (anew((list) => { list.papers = list.papers.filter((one) => one.id !== paper.id); })) say(`Removed: ${title}`);
  }, `remove: ${title}`);
  const more = make("details");
  more.open = opened.get(paper.id) ?? Boolean(paper.note || paper.tags.length);
  more.addEventListener("toggle", () => opened.set(paper.id, more.open));
  more.append(make("summary", "tags and note"), row(
    labelled("Tags, with commas", field("input", paper.tags.join(", "), (to) => { own((one) => { one.tags = paperOf({ tags: to.split(",").map((each) => each.trim()) }).tags; }); }, { maxLength: 500 })),
    labelled("Note", field("textarea", paper.note, (to) => own((one) => { one.note = to; }), { rows: 2, maxLength: 5000 })),
  ));
  made.append(row(tick, make("a", title, { className: "title", href: addressOf(paper.id) })), row(seen, ...(others.length ? [to, move] : []), drop), more);
  return made;
}

// Whoever uses the keyboard stays at their control; where that is gone, at the next paper's.
const controls = (within) => [...within.querySelectorAll("a, button, input, select, summary, textarea")];
const rows = () => [...root.querySelectorAll(".reading-list > li")];
const nameOf = (control) => control.ariaLabel ?? control.labels?.[0]?.textContent ?? control.textContent;
function draw() {
  const used = document.activeElement, row = used?.closest(".reading-list > li");
  if (!root.contains(used)) return redraw();
  const at = rows().indexOf(row), place = row ? controls(row).indexOf(used) : 0, name = nameOf(used);
  redraw();
  const now = rows().find((one) => one.dataset.id === row?.dataset.id) ?? rows()[at] ?? rows().at(-1);
  const same = row ? now && controls(now)[place] : controls(root).find((one) => nameOf(one) === name);
  (same ?? controls(root)[0]).focus();
}
function redraw() {
  const memory = load();
  if (!current(memory).papers.some((paper) => paper.tags.includes(tag))) tag = "";
  const shown = shownOf(memory);
  drawn = current(memory).id;
  stale = false;
  const list = make("ul", "", { className: "reading-list" });
  list.append(...shown.map((paper) => entry(paper, memory)));
  const empty = make("p", current(memory).papers.length ? "No paper of this list is like that." : "No saved papers yet. Choose “Save” below a paper, or import a list.");
  root.replaceChildren(...heads(memory), ...tools(memory), shown.length ? list : empty);
}
const TEXT = "textarea, input:not([type=checkbox], [type=file])";
addEventListener("storage", ({ key }) => {
  if (key !== KEY && key !== null) return;
  stale = root.contains(document.activeElement) && document.activeElement.matches(TEXT);
  if (!stale) draw(); // else what is half typed there would be lost
});
root.addEventListener("focusout", () => setTimeout(() => { if (stale) draw(); }));
draw();
