// Keys, copying BibTeX, choosing years by dragging; everything on the pages works without this.
import { say } from "/static/memory.js";

const PAPER = "article[data-id], .reading-list > li";
const papers = () => [...document.querySelectorAll(PAPER)].filter((one) => one.querySelector(".title") && one.offsetParent);
const said = document.getElementById("said");
const LONGEST = 10_000; // milliseconds that the bar of a page to come is shown
const HELP = { "/": "search", "j k": "next, previous paper", Enter: "open it", s: "find papers similar to it", b: "save it, or take it out again", "?": "this help" };

// The paper at the focus, else the one that the page is about.
function current() {
  return document.activeElement?.closest(PAPER) ?? document.querySelector(".paper > .column > article[data-id]");
}

function move(step) {
  const all = papers();
  if (!all.length) return;
  const at = all.indexOf(current());
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  all[to].querySelector(".title").focus();
  all[to].scrollIntoView({ block: "nearest" });
}

const make = (tag, fields, ...children) => {
  const made = Object.assign(document.createElement(tag), fields);
  made.append(...children);
  return made;
};

function showHelp() {
  let help = document.getElementById("help");
  if (!help) {
    const rows = Object.entries(HELP).flatMap(([keys, meaning]) => [
      make("dt", {}, ...keys.split(" ").map((key) => make("kbd", { textContent: key }))),
      make("dd", { textContent: meaning }),
    ]);
    help = make("dialog", { id: "help" },
      make("h2", { id: "help-title", textContent: "Keyboard shortcuts" }),
      make("dl", {}, ...rows),
      make("form", { method: "dialog" }, make("button", { className: "button", textContent: "Close" })));
    help.setAttribute("aria-labelledby", "help-title");
    document.body.append(help);
  }
  help.showModal();
}

const KEYS = {
  "/": () => {
    const box = document.getElementById("q");
    if (box) { box.focus(); box.select(); } else location.assign("/");
  },
  j: () => move(1),
  k: () => move(-1),
  s: () => {
    const paper = current();
    if (paper) location.assign(`/?${new URLSearchParams({ similar: paper.dataset.id })}`);
  },
  b: () => current()?.querySelector("button.saved")?.click(),
  "?": showHelp,
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.copy");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  if (!answer) return say("Not copied: no connection");
  try {
    if (!answer.ok) throw new Error(answer.statusText);
    await navigator.clipboard.writeText(await answer.text());
    say("BibTeX copied");
  } catch {
    location.assign(link.href); // as without this script: the entry as a file
  }
});

// ---- What was left empty stays out of the address; the server would send us on to that anyway.
document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (defaultPrevented || form.method !== "get") return; // a script's own; that of the help closes it
  for (const field of form.elements) {
    if (field.name && !field.value && !field.disabled) {
      field.disabled = true;
      setTimeout(() => { field.disabled = false; });
    }
  }
  // After a download the same page stays, and after Ctrl and a click, which nothing tells of.
  if (form.matches(".exports")) return;
  document.documentElement.classList.add("waiting");
  setTimeout(arrived, LONGEST);
});
const arrived = () => document.documentElement.classList.remove("waiting");
addEventListener("pageshow", arrived);

// ---- Years: drag over the bars, or hold Shift and press the arrow keys on one, then Enter.
for (const bars of document.querySelectorAll(".bars[data-drag]")) {
  const links = [...bars.querySelectorAll("a")];
  let first = null, last = null, dragging = false;
  const ends = () => [first, last].map((one) => links.indexOf(one)).sort((a, b) => a - b);
  const show = () => {
    const [from, to] = first ? ends() : [1, 0];
    links.forEach((link, at) => link.classList.toggle("in", from <= at && at <= to));
  };
  const clear = () => {
    if (first) said.textContent = "";
    first = last = null;
    dragging = false;
    show();
  };
  const go = () => {
    const [from, to] = ends().map((at) => links[at].dataset.year);
    clear(); // the browser's back button may bring this very page back
    const address = new URL(location.href);
    address.searchParams.delete("offset");
    address.searchParams.set("after", from);
    address.searchParams.set("before", to);
    location.assign(address);
  };
  bars.addEventListener("dragstart", (event) => event.preventDefault());
  bars.addEventListener("pointerdown", (event) => {
    first = last = event.button === 0 ? event.target.closest("a") : null;
    dragging = Boolean(first);
    show();
  });
  bars.addEventListener("pointermove", (event) => {
    const over = dragging && event.buttons && event.target.closest?.("a");
    if (over) { last = over; show(); }
  });
  addEventListener("pointerup", () => {
    if (dragging && last !== first) go();
    else if (dragging) clear();
  });
  addEventListener("pageshow", clear);
  bars.addEventListener("focusout", (event) => {
    if (!dragging && !bars.contains(event.relatedTarget)) clear();
  });
  bars.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      const at = links.indexOf(document.activeElement);
      if (!event.shiftKey) first = null;
      else first ??= links[at];
      last = links[Math.min(Math.max(at + step, 0), links.length - 1)];
      last.focus();
      show();
      if (first) {
        const [from, to] = ends().map((one) => links[one].dataset.year);
        said.textContent = `${from} to ${to}: press Enter`;
      }
    } else if (event.key === "Escape") {
      clear();
    } else if (event.key === "Enter" && first && last !== first) {
      event.preventDefault();
      go();
    }
  });
}
