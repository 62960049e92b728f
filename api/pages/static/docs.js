// Sends what a form of the API's page holds, and shows the answer below it. Without this script the
// browser goes to the answer itself.
"use strict";

const MOST = 200_000; // characters that are shown

function requestOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("[data-in]")) {
    const value = field.type === "checkbox" ? String(field.checked) : field.value.trim();
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, value.split("/").map(encodeURIComponent).join("/"));
    else if (field.dataset.in === "query" && value && value !== field.dataset.default) query.append(field.name, value);
  }
  const body = form.querySelector("[data-in=body]")?.value;
  return { address: path + (query.size ? `?${query}` : ""), method: form.dataset.method.toUpperCase(), body };
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const curl = ({ address, method, body }) =>
  `curl -s ${method === "GET" || body !== undefined ? "" : `-X ${method} `}${quoted(location.origin + address)}${body === undefined ? "" : ` --json ${quoted(body)}`}`;

async function send(form) {
  const asked = requestOf(form), output = form.nextElementSibling;
  const [line, same, shown] = output.children;
  output.hidden = false;
  line.textContent = "Asking …";
  same.textContent = curl(asked);
  shown.textContent = "";
  const started = performance.now();
  try {
    const headers = asked.body === undefined ? {} : { "Content-Type": "application/json" };
    const answer = await fetch(asked.address, { method: asked.method, body: asked.body, headers });
    const text = await answer.text(), took = Math.round(performance.now() - started);
    const type = (answer.headers.get("content-type") ?? "").split(";")[0];
    const pretty = type.endsWith("json") && text.length <= MOST ? JSON.stringify(JSON.parse(text), null, 2) : text;
    line.textContent = `${answer.status} ${answer.statusText} · ${took} ms · ${text.length.toLocaleString("en")} characters · ${type}`;
    shown.textContent = pretty.slice(0, MOST) + (pretty.length > MOST ? "\n…" : "");
  } catch (error) {
    line.textContent = `Not answered: ${error.message}`;
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
