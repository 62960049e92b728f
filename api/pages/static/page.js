// Keys, and copying BibTeX; everything on the pages works without this.
"use strict";

const articles = () => [...document.querySelectorAll("article[data-id]:not([hidden])")]
  .filter((one) => one.querySelector(".title") && one.offsetParent);
const said = document.getElementById("said");
const help = document.getElementById("help");

function current() {
  return document.activeElement?.closest("article[data-id]");
}

function move(step) {
  const all = articles();
  if (!all.length) return;
  const at = all.indexOf(current());
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  all[to].querySelector(".title").focus();
  all[to].scrollIntoView({ block: "nearest" });
}

const KEYS = {
  "/": () => {
    const box = document.getElementById("q");
    if (box) { box.focus(); box.select(); } else location.assign("/");
  },
  j: () => move(1),
  k: () => move(-1),
  s: () => current()?.querySelector(".similar")?.click(),
  "?": () => help.showModal(),
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
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.statusText);
    await navigator.clipboard.writeText(await answer.text());
    said.textContent = "BibTeX copied";
  } catch {
    location.assign(link.href); // as without this script: the entry as a file
  }
});
