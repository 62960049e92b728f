// Results that are ticked are exported alone; without this script a page of results is, whole.
import { make, titleOf } from "/static/memory.js";

const form = document.querySelector("form.exports");

if (form) {
  const said = form.querySelector("span");
  const whole = { action: form.action, words: said.textContent, fields: [...form.querySelectorAll("input")] };
  const boxes = [];

  const tell = () => {
    const ids = boxes.filter((box) => box.checked).map((box) => box.value);
    form.classList.toggle("some", ids.length > 0);
    form.action = ids.length ? "/export" : whole.action;
    said.textContent = ids.length ? `Export ${ids.length} selected` : whole.words;
    for (const field of form.querySelectorAll("input")) field.remove();
    form.append(...(ids.length ? ids.map((id) => make("input", "", { type: "hidden", name: "similar", value: id })) : whole.fields));
  };

  for (const article of document.querySelectorAll("article.card")) {
    const label = make("label");
    const box = make("input", "", { type: "checkbox", value: article.dataset.id });
    box.setAttribute("aria-label", `Select: ${titleOf(article)}`);
    box.addEventListener("change", tell);
    boxes.push(box);
    label.append(box, make("span", "Select"));
    article.querySelector(".actions").append(label);
  }
  addEventListener("pageshow", tell); // browsers tick again what was ticked before
}
