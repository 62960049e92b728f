// Results that are ticked are exported alone; without this script a page of results is, whole.
import { make } from "/static/memory.js";

const form = document.querySelector("form.exports");
const said = form?.querySelector("span");
const whole = form && { action: form.action, words: said.textContent, fields: [...form.querySelectorAll("input")] };
const boxes = [];

function tell() {
  const ids = boxes.filter((box) => box.checked).map((box) => box.value);
  form.classList.toggle("some", ids.length > 0);
  form.action = ids.length ? "/export" : whole.action;
  said.textContent = ids.length ? `Export ${ids.length} selected` : whole.words;
  for (const field of form.querySelectorAll("input")) field.remove();
  form.append(...(ids.length ? ids.map((id) => make("input", "", { type: "hidden", name: "similar", value: id })) : whole.fields));
}

for (const [at, article] of form ? document.querySelectorAll("article.card").entries() : []) {
  const label = make("label");
  // A browser that comes back to a page ticks by these names what was ticked.
  const box = make("input", "", { type: "checkbox", value: article.dataset.id, id: `tick-${at}` });
  box.setAttribute("aria-label", `Select: ${article.querySelector("a.title").textContent}`);
  box.addEventListener("change", tell);
  boxes.push(box);
  label.append(box, make("span", "Select"));
  article.querySelector(".actions").append(label);
}
if (form) addEventListener("pageshow", tell);
