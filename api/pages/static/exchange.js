// Reading lists as files. The service turns ids into BibTeX and RIS, and says which ids it knows.
import { arrayOf, listOf, make } from "./memory.js";

const ASKED = 1000; // ids in one request
const MOST_BYTES = 5e6;
const FILES = { json: ["json", "application/json"], bibtex: ["bib", "application/x-bibtex"], ris: ["ris", "application/x-research-info-systems"] };

async function post(body) {
  const answer = await fetch("/api/v1/papers", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json()).detail ?? answer.statusText);
  return answer;
}

// One file of some papers of a list, as text.
export async function exported(format, list, papers, read) {
  if (format === "json") {
    const own = papers.map((paper) => ({ ...paper, read: read.has(paper.id) }));
    return { format, text: JSON.stringify({ name: list.name, note: list.note, papers: own }, null, 2) + "\n" };
  }
  const texts = [];
  for (let at = 0; at < papers.length; at += ASKED) {
    texts.push(await (await post({ ids: papers.slice(at, at + ASKED).map((paper) => paper.id), format })).text());
  }
  return { format, text: texts.join("\n") };
}

export async function download({ format, text }, asked) {
  const [suffix, type] = FILES[format];
  const link = make("a", "", { href: URL.createObjectURL(new Blob([text], { type })), download: `papers.${suffix}` });
  link.click();
  URL.revokeObjectURL(link.href);
  const written = format === "json" ? asked : text.match(format === "ris" ? /^TY {2}- /gm : /^@/gm)?.length ?? 0;
  return `${written} of ${asked} papers exported`;
}

// What of a file's entries may name a paper, the surest first, and what to call it where none does.
const first = (text, pattern) => text.match(pattern)?.[1]?.trim() ?? "";
const named = (text, name) => first(text, new RegExp(`\\b${name}\\s*=\\s*[{"]+([^}"]*)`, "i"));
const ofBibtex = (text) => text.split(/^\s*@/m).slice(1).map((one) => ({
  ids: [named(one, "eprint"), named(one, "doi"), named(one, "url"), first(one, /^\w+\s*\{([^,\s]+)/)],
  title: named(one, "title"),
}));
const ofRis = (text) => text.split(/^ER\s*-.*$/m).filter((one) => /^TY\s*-/m.test(one)).map((one) => ({
  ids: ["DO", "UR", "ID", "AN"].map((mark) => first(one, new RegExp(`^${mark}\\s*-\\s*(.+)$`, "m"))),
  title: first(one, /^T[I1]\s*-\s*(.+)$/m),
}));
const ofJson = (value) => arrayOf(Array.isArray(value) ? value : value.papers ?? value.items).map((one) => ({
  ...(typeof one === "object" ? one : {}),
  ids: (typeof one === "string" ? [one] : [one?.id, one?.doi, one?.DOI, one?.url, one?.URL])
    .map((id) => (["string", "number"].includes(typeof id) ? String(id) : "")),
}));

const entriesOf = (text) => {
  if (/^\s*[[{]/.test(text)) return ofJson(JSON.parse(text));
  return /^TY\s*-/m.test(text) ? ofRis(text) : ofBibtex(text);
};

// The papers of a file that are in the index, with its own notes and tags.
export async function imported(file) {
  if (file.size > MOST_BYTES) throw new Error("the file is larger than 5 MB");
  const text = await file.text(), entries = entriesOf(text);
  if (!entries.length) throw new Error("no papers in this file; give JSON, BibTeX or RIS");
  const asked = [...new Set(entries.flatMap((one) => one.ids).filter((id) => id && id.length <= 500))];
  const known = new Map();
  for (let at = 0; at < asked.length; at += ASKED) {
    const ids = asked.slice(at, at + ASKED);
    (await (await post({ ids })).json()).forEach((paper, place) => { if (paper) known.set(ids[place], paper); });
  }
  const found = new Map(), read = [], missing = [];
  for (const entry of entries) {
    const paper = entry.ids.map((id) => known.get(id)).find(Boolean);
    if (!paper) { missing.push(String(entry.title || entry.ids.find(Boolean) || "without a title")); continue; }
    found.set(paper.id, { ...entry, id: paper.id, title: paper.title });
    if (entry.read === true) read.push(paper.id);
  }
  const { papers } = listOf({ papers: [...found.values()] });
  const note = /^\s*\{/.test(text) ? listOf(JSON.parse(text)).note : "";
  return { papers, read, missing, note };
}
