// Suggestions under the search box, as an ARIA combobox with a listbox, and recent questions, which
// stay in this browser. Without this script the box is a plain one.
import { addressOf } from "/static/memory.js";

{
  const KEY = "nearpaper.recent";
  const MOST = 10, SHOWN = 3, PAUSE = 80; // recent questions; beside suggestions; milliseconds
  const MARKED = /(^|\s)(au|cat|venue|year):("[^"]*|\S*)$/i;
  const box = document.getElementById("q");
  const form = box?.form;

  const recent = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
    } catch {
      return [];
    }
  };
  const keep = (questions) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(questions.slice(0, MOST)));
    } catch { /* without storage there are no recent questions */ }
  };
  const asked = new URLSearchParams(location.search).get("q")?.trim();
  if (location.pathname === "/" && asked && asked.length <= 500) {
    keep([asked, ...recent().filter((one) => one !== asked)]);
  }

  if (form) {
    const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
    const list = make("ul", { id: "suggestions", className: "suggestions", hidden: true });
    const told = make("span", { className: "hidden" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    told.setAttribute("aria-live", "polite");
    box.type = "text"; // a search field may not be a combobox
    box.autocomplete = "off";
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions",
    })) box.setAttribute(name, value);
    box.parentElement.classList.add("has-suggestions");
    box.after(list, told);

    let options = [], active = -1, waiting = 0, asking = null;

    const close = () => {
      clearTimeout(waiting);
      asking?.abort();
      options = [];
      active = -1;
      list.hidden = true;
      list.replaceChildren();
      told.textContent = "";
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };

    const facts = (one) => one.kind === "title" ? "paper"
      : one.kind + (one.papers === null ? "" : ` · ${one.papers.toLocaleString("en")} ${one.papers === 1 ? "paper" : "papers"}`);

    const show = (found) => {
      unchosen();
      options = found;
      list.replaceChildren(...options.map((one, at) => {
        const row = make("li", { id: `suggestion-${at}` });
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        row.append(make("span", { textContent: one.text }), " ", make("small", { textContent: facts(one) }));
        row.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
        row.addEventListener("click", () => choose(one));
        return row;
      }));
      list.hidden = !options.length;
      box.setAttribute("aria-expanded", String(!list.hidden));
      told.textContent = options.length ? `${options.length} ${options.length === 1 ? "suggestion" : "suggestions"}` : "";
    };

    const choose = (one) => {
      close();
      if (one.kind === "forget") {
        keep([]);
      } else if (one.id) {
        location.assign(addressOf(one.id));
      } else if (MARKED.test(box.value)) {
        box.value = `${one.question} `; // there may be more to say
      } else if (one.kind === "author") {
        location.assign(`/authors?${new URLSearchParams({ name: one.text })}`);
      } else {
        box.value = one.question;
        form.requestSubmit();
      }
    };

    const unchosen = () => {
      list.children[active]?.setAttribute("aria-selected", "false");
      active = -1;
      box.removeAttribute("aria-activedescendant");
    };

    const move = (step) => {
      const from = active;
      unchosen();
      // The box itself is one of the places, as the pattern has it.
      active = ((from + 1 + step + options.length + 1) % (options.length + 1)) - 1;
      const row = list.children[active];
      if (!row) return;
      row.setAttribute("aria-selected", "true");
      row.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", row.id);
    };

    const remembered = (typed) => recent()
      .filter((one) => one !== typed && one.toLowerCase().startsWith(typed.toLowerCase()))
      .map((question) => ({ kind: "recent question", text: question, question, papers: null, id: "" }));

    const ask = async () => {
      const typed = box.value.trim(), own = remembered(typed);
      asking?.abort();
      if (!typed) return show(own.length ? [...own, { kind: "forget", text: "Forget recent questions", papers: null }] : []);
      asking = new AbortController();
      try {
        const answer = await fetch(`/api/v1/suggest?${new URLSearchParams({ q: box.value })}`, { signal: asking.signal });
        const { suggestions } = answer.ok ? await answer.json() : { suggestions: [] };
        if (document.activeElement === box) show([...own.slice(0, SHOWN), ...suggestions]);
      } catch { /* typed on, or no network: nothing is suggested */ }
    };

    box.addEventListener("input", () => {
      unchosen(); // what Enter takes is what stands in the box
      clearTimeout(waiting);
      waiting = setTimeout(ask, PAUSE);
    });
    box.addEventListener("click", () => { if (list.hidden) ask(); });
    box.addEventListener("blur", close);
    form.addEventListener("submit", close);
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) ask();
        else if (event.altKey) close();
        else move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && options[active]) {
        event.preventDefault();
        choose(options[active]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      }
    });
  }
}
