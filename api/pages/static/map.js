"use strict";
// Draws a map of papers on a canvas. Coordinates are from 0 to 1; the view is the point of the map
// in its middle and the pixels that the whole map takes.

const data = JSON.parse(document.getElementById("data").textContent);
const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const places = new Uint16Array(bytes(data.places).buffer);
const bases = new Uint16Array(bytes(data.base).buffer);
const count = data.titles.length;
const xs = new Float32Array(count), ys = new Float32Array(count);
for (let i = 0; i < count; i++) {
  xs[i] = places[2 * i] / 65535;
  ys[i] = places[2 * i + 1] / 65535;
}
for (const kind of Object.values(data.classes)) {
  kind.of = bytes(kind.of);
  kind.members = kind.names.map(() => []);
  kind.of.forEach((c, i) => kind.members[c].push(i));
}
const address = (i) => data.bases[bases[i]] + data.rests[i];

// ---- Colours: distinct for categories, a ramp for years; the last two are the rest and none.
const DISTINCT = {
  light: ["#1f66c9", "#d9480f", "#2b8a3e", "#c2255c", "#7048e8", "#0b7285", "#a5690a", "#6b7c0a", "#862e9c", "#c92a2a"],
  dark: ["#74b0ff", "#ff9a5c", "#6fd67f", "#ff8ab5", "#b5a0ff", "#4fd0e0", "#e8b45a", "#c3d34a", "#e29af5", "#ff8f8f"],
};
const RAMP = {
  light: [[143, 170, 220], [28, 150, 160], [190, 60, 120], [60, 10, 90]],
  dark: [[88, 96, 160], [60, 160, 170], [240, 140, 110], [255, 235, 140]],
};
const dark = matchMedia("(prefers-color-scheme: dark)");
function onRamp(stops, share) {
  const k = Math.min(stops.length - 2, Math.floor(share * (stops.length - 1)));
  const rest = share * (stops.length - 1) - k;
  return `rgb(${stops[k].map((one, c) => Math.round(one + rest * (stops[k + 1][c] - one))).join()})`;
}
function colours(kind) {
  const theme = dark.matches ? "dark" : "light", kept = kind.names.length - 2;
  // A class stands on the ramp where its middle paper does, so that those of most papers differ most.
  const all = kind.sizes.slice(0, kept).reduce((sum, size) => sum + size, 0);
  let before = 0;
  const own = kind.sizes.slice(0, kept).map((size, k) => {
    before += size;
    return kind.ordered ? onRamp(RAMP[theme], (before - size / 2) / all) : DISTINCT[theme][k];
  });
  return [...own, ...(dark.matches ? ["#8d97a5", "#4d5560"] : ["#7d8794", "#bcc3cc"])];
}

// ---- A grid of the points, for what is under the pointer.
const SIDE = Math.max(1, Math.min(256, Math.round(Math.sqrt(count / 4))));
const cellOf = (x, y) =>
  Math.min(SIDE - 1, Math.floor(x * SIDE)) * SIDE + Math.min(SIDE - 1, Math.floor(y * SIDE));
const ends = new Uint32Array(SIDE * SIDE + 1), inCell = new Uint32Array(count);
for (let i = 0; i < count; i++) ends[cellOf(xs[i], ys[i]) + 1]++;
for (let c = 0; c < SIDE * SIDE; c++) ends[c + 1] += ends[c];
const next = ends.slice();
for (let i = 0; i < count; i++) inCell[next[cellOf(xs[i], ys[i])]++] = i;

function nearest(x, y, reach) {
  let best = -1, least = reach * reach;
  const clip = (value) => Math.max(0, Math.min(SIDE - 1, Math.floor(value * SIDE)));
  for (let a = clip(x - reach); a <= clip(x + reach); a++)
    for (let b = clip(y - reach); b <= clip(y + reach); b++)
      for (let k = ends[a * SIDE + b]; k < ends[a * SIDE + b + 1]; k++) {
        const i = inCell[k], far = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
        if (far <= least && shown(i)) { least = far; best = i; }
      }
  return best;
}

// ---- State.
const canvas = document.getElementById("map"), pen = canvas.getContext("2d");
const card = document.getElementById("card"), said = document.getElementById("said");
const legend = document.getElementById("legend"), chosen = document.getElementById("colour");
const box = document.getElementById("words"), found = document.getElementById("found");
let width = 1, height = 1, ratio = 1;
let view = { x: 0.5, y: 0.5, size: 1 };
let kind = data.classes[chosen.value], off = new Set();
let matches = null; // a flag for each paper while titles are searched
let over = -1, kept = false, waiting = false, moving = 0;
const shown = (i) => !off.has(kind.of[i]) && (!matches || matches[i] === 1);
const edges = (values) => values.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [1, 0]);
const [left, right] = edges(xs), [up, down] = edges(ys);
const whole = () => 0.94 * Math.min(width / Math.max(right - left, 0.1), height / Math.max(down - up, 0.1));
const toX = (x) => (x - view.x) * view.size + width / 2;
const toY = (y) => (y - view.y) * view.size + height / 2;
const fromX = (px) => (px - width / 2) / view.size + view.x;
const fromY = (py) => (py - height / 2) / view.size + view.y;

function later() {
  if (!waiting) requestAnimationFrame(draw);
  waiting = true;
}

// ---- Drawing.
function draw() {
  waiting = false;
  const style = getComputedStyle(document.body);
  const paper = style.backgroundColor, ink = style.color;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const zoom = view.size / whole();
  const crowd = Math.min(1.6, Math.max(0.5, Math.sqrt(20000 / count)));
  const radius = Math.min(6, Math.max(0.7, 1.5 * crowd * Math.sqrt(zoom)));
  points(radius, matches ? 0.12 : Math.min(0.9, 0.55 + zoom / 20), () => true);
  if (matches) points(Math.max(2.2, radius), 0.95, (i) => matches[i] === 1);
  names(zoom, ink, paper);
  if (over >= 0) ring(over, radius + 4, ink);
}

function points(radius, alpha, wanted) {
  const hues = colours(kind), low = fromX(-radius), high = fromX(width + radius);
  const top = fromY(-radius), bottom = fromY(height + radius);
  // While it moves, some of many points are enough; all come when it stands.
  const step = moving ? Math.ceil(count / 30000) : 1;
  pen.globalAlpha = alpha;
  // The rest and those without a class lie below the others.
  for (let c = hues.length - 1; c >= 0; c--) {
    if (off.has(c)) continue;
    pen.fillStyle = hues[c];
    pen.beginPath();
    for (let k = 0; k < kind.members[c].length; k += step) {
      const i = kind.members[c][k];
      if (xs[i] < low || xs[i] > high || ys[i] < top || ys[i] > bottom || !wanted(i)) continue;
      const x = toX(xs[i]), y = toY(ys[i]);
      if (radius < 2) pen.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
      else { pen.moveTo(x + radius, y); pen.arc(x, y, radius, 0, 7); }
    }
    if (radius >= 2) pen.fill();
  }
  pen.globalAlpha = 1;
}

// Names of regions: more of them from nearer, the larger region's first, none upon another.
function names(zoom, ink, paper) {
  const level = zoom < 2 ? 0 : zoom < 5 ? 1 : 2;
  const taken = [];
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.font = `600 ${level ? 13 : 14}px system-ui, sans-serif`;
  for (const [name, x, y] of data.regions[Math.min(level, data.regions.length - 1)] || []) {
    const lines = name.split(", ").slice(0, 2), tall = 16 * lines.length;
    const wide = Math.max(...lines.map((line) => pen.measureText(line).width));
    const px = toX(x), py = toY(y);
    if (px < 0 || px > width || py < 0 || py > height) continue;
    // Moved into the frame, where all of it can be read.
    const inside = (at, half, edge) => Math.max(half, Math.min(edge - half, at));
    const cx = inside(px, wide / 2 + 6, width), cy = inside(py, tall / 2 + 4, height);
    const area = [cx - wide / 2 - 8, cy - tall / 2 - 6, cx + wide / 2 + 8, cy + tall / 2 + 6];
    if (taken.some((t) => t[0] < area[2] && area[0] < t[2] && t[1] < area[3] && area[1] < t[3])) continue;
    taken.push(area);
    lines.forEach((line, k) => {
      const y = cy + 16 * (k - (lines.length - 1) / 2);
      pen.lineWidth = 4;
      pen.strokeStyle = paper;
      pen.strokeText(line, cx, y);
      pen.fillStyle = ink;
      pen.fillText(line, cx, y);
    });
  }
}

function ring(i, radius, ink) {
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(toX(xs[i]), toY(ys[i]), radius, 0, 7);
  pen.stroke();
}

// ---- Moving.
function zoomBy(factor, px = width / 2, py = height / 2) {
  const x = fromX(px), y = fromY(py);
  view.size = Math.max(0.5 * whole(), Math.min(400 * whole(), view.size * factor));
  view.x = x - (px - width / 2) / view.size;
  view.y = y - (py - height / 2) / view.size;
  moved();
}
function moved() {
  clearTimeout(moving);
  moving = setTimeout(() => { moving = 0; later(); }, 150);
  view.x = Math.max(0, Math.min(1, view.x));
  view.y = Math.max(0, Math.min(1, view.y));
  hide();
  later();
}
function showAll() {
  view = { x: (left + right) / 2, y: (up + down) / 2, size: whole() };
  moved();
}
function goTo(x, y, zoom) {
  view = { x, y, size: Math.max(view.size, zoom * whole()) };
  moved();
}

// ---- The card of a paper.
function line(text, name) {
  const made = document.createElement("p");
  made.textContent = text;
  if (name) made.className = name;
  return made;
}
function show(i, keep = false) {
  over = i;
  kept = keep;
  const title = line("");
  if (keep && address(i)) title.append(link(i));
  else title.textContent = data.titles[i];
  card.replaceChildren(title, line(data.facts[i], "quiet"));
  card.classList.toggle("kept", keep);
  card.hidden = false;
  const x = toX(xs[i]), y = toY(ys[i]);
  card.style.left = `${Math.max(4, Math.min(x + 12, width - card.offsetWidth - 4))}px`;
  card.style.top = `${y + 14 + card.offsetHeight < height ? y + 14 : Math.max(4, y - 14 - card.offsetHeight)}px`;
  later();
}
function hide() {
  if (over >= 0) later();
  over = -1;
  kept = false;
  card.hidden = true;
}
function link(i) {
  const made = document.createElement("a");
  made.textContent = data.titles[i];
  made.href = address(i);
  if (!data.served) {
    made.target = "_blank";
    made.rel = "noopener noreferrer";
  }
  return made;
}
function open(i) {
  if (address(i)) link(i).click();
}

// ---- Mouse, pen and fingers.
const held = new Map();
let far = 0, dragged = 0;
const at = (event) => {
  const edge = canvas.getBoundingClientRect();
  return [event.clientX - edge.left, event.clientY - edge.top];
};
const under = (px, py, reach) => nearest(fromX(px), fromY(py), reach / view.size);
const apart = () => {
  const [[ax, ay], [bx, by]] = held.values();
  return Math.hypot(ax - bx, ay - by);
};
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  held.set(event.pointerId, at(event));
  if (held.size === 1) dragged = 0;
  if (held.size === 2) far = apart();
});
canvas.addEventListener("pointermove", (event) => {
  const [px, py] = at(event), before = held.get(event.pointerId);
  if (!before) {
    const i = under(px, py, 8);
    canvas.classList.toggle("over", i >= 0);
    if (i < 0) { if (!kept) hide(); } else if (i !== over) show(i);
    return;
  }
  held.set(event.pointerId, [px, py]);
  const share = 1 / held.size;
  dragged += Math.hypot(px - before[0], py - before[1]);
  if (dragged < 4) return;
  view.x -= share * (px - before[0]) / view.size;
  view.y -= share * (py - before[1]) / view.size;
  if (held.size === 2) {
    const [[ax, ay], [bx, by]] = held.values(), now = apart();
    zoomBy(now / (far || now), (ax + bx) / 2, (ay + by) / 2);
    far = now;
  }
  moved();
});
function released(event) {
  const only = held.size === 1 && held.delete(event.pointerId);
  held.delete(event.pointerId);
  if (!only || dragged >= 4 || event.type === "pointercancel") return;
  const finger = event.pointerType === "touch";
  const i = under(...at(event), finger ? 20 : 8);
  if (i < 0) hide();
  else if (finger) show(i, true); // a finger can't hover: the card has the link
  else open(i);
}
canvas.addEventListener("pointerup", released);
canvas.addEventListener("pointercancel", released);
canvas.addEventListener("pointerleave", () => { if (!kept) hide(); });
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const lines = event.deltaMode ? 16 : 1;
  zoomBy(Math.exp(-Math.max(-200, Math.min(200, event.deltaY * lines)) / 300), ...at(event));
}, { passive: false });
canvas.addEventListener("dblclick", (event) => event.preventDefault());

// ---- Keys: the paper nearest to the middle is the one that is meant.
function middle() {
  const i = under(width / 2, height / 2, 60);
  if (i >= 0) {
    show(i);
    said.textContent = `${data.titles[i]}. ${data.facts[i]}`;
  }
}
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = STEPS[event.key];
  if (step) {
    view.x += 60 * step[0] / view.size;
    view.y += 60 * step[1] / view.size;
    moved();
  } else if (event.key === "+" || event.key === "=") zoomBy(1.5);
  else if (event.key === "-") zoomBy(1 / 1.5);
  else if (event.key === "0") showAll();
  else if (event.key === "Enter") { if (over >= 0) open(over); return; }
  else if (event.key === "Escape") { hide(); return; }
  else return;
  event.preventDefault();
  middle();
});
document.getElementById("zoom").addEventListener("click", (event) => {
  const factor = event.target.dataset.zoom;
  if (factor) Number(factor) ? zoomBy(Number(factor)) : showAll();
});

// ---- Papers that are looked for.
const MOST = 50;
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
let folded = null;
function mark(wanted, telling) {
  const list = document.getElementById("titles");
  list.replaceChildren();
  hide();
  later();
  said.textContent = telling;
  found.hidden = !wanted?.length;
  matches = wanted && new Uint8Array(count);
  for (const i of wanted || []) matches[i] = 1;
  list.append(...(wanted || []).slice(0, MOST).map((i) => {
    const entry = document.createElement("li"), where = link(i);
    if (!address(i)) where.removeAttribute("href");
    where.addEventListener("mouseenter", () => show(i));
    where.addEventListener("focus", () => { goTo(xs[i], ys[i], 0); show(i); });
    entry.append(where);
    return entry;
  }));
}
// Near enough that what was found fills the frame, not so near that nothing is around it.
function fit(wanted) {
  if (!wanted?.length) return;
  const [l, r] = edges(wanted.map((i) => xs[i])), [t, b] = edges(wanted.map((i) => ys[i]));
  const size = 0.8 * Math.min(width / Math.max(r - l, 0.01), height / Math.max(b - t, 0.01));
  view = { x: (l + r) / 2, y: (t + b) / 2, size: Math.max(whole(), Math.min(8 * whole(), size)) };
  moved();
  if (wanted.length === 1) show(wanted[0], true);
}
function search() {
  const words = fold(box.value).split(/\s+/).filter(Boolean);
  if (!words.length) { mark(null, ""); return null; }
  folded ||= data.titles.map(fold);
  const wanted = [];
  for (let i = 0; i < count; i++) if (words.every((word) => folded[i].includes(word))) wanted.push(i);
  mark(wanted, wanted.length === 1 ? "1 title has these words"
    : `${wanted.length.toLocaleString("en")} titles have these words` + (wanted.length > MOST ? `; the first ${MOST}:` : ""));
  return wanted;
}
const PAPERS = "/papers/";
const idOf = (i) => (address(i).startsWith(PAPERS) ? decodeURIComponent(address(i).slice(PAPERS.length)) : "");
// Papers that an address names or asks for, by the ends of their own addresses.
async function showNamed() {
  const asked = new URLSearchParams(location.search);
  let named = asked.getAll("paper");
  if (!data.served) return;
  if (asked.has("q")) {
    asked.set("fields", "id");
    const answer = await fetch(`/api/v1/search?${asked}`);
    if (answer.ok) named = (await answer.json()).results.map((result) => result.id);
  }
  const ids = new Set(named);
  if (!ids.size) return;
  const wanted = [...xs.keys()].filter((i) => ids.has(idOf(i)));
  mark(wanted, wanted.length < ids.size ? `${wanted.length} of ${ids.size} papers are on this map` : "");
  fit(wanted);
}
let typing = 0;
box.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(search, 120);
});
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  fit(search());
});

// ---- Classes.
function showLegend() {
  kind = data.classes[chosen.value];
  off = new Set();
  hide();
  const hues = colours(kind);
  legend.replaceChildren(...kind.names.flatMap((name, c) => {
    if (!kind.sizes[c]) return [];
    const label = document.createElement("label"), tick = document.createElement("input");
    const swatch = document.createElement("i"), text = document.createElement("span");
    const size = document.createElement("span");
    tick.type = "checkbox";
    tick.checked = true;
    tick.addEventListener("change", () => {
      tick.checked ? off.delete(c) : off.add(c);
      hide();
      later();
    });
    swatch.style.background = hues[c];
    text.textContent = name;
    size.textContent = kind.sizes[c].toLocaleString("en");
    size.className = "quiet";
    label.append(tick, swatch, text, size);
    return [label];
  }));
  later();
}
chosen.addEventListener("change", showLegend);
dark.addEventListener("change", () => { showLegend(); });
document.getElementById("regions").addEventListener("click", (event) => {
  const { x, y } = event.target.dataset;
  if (x) goTo(Number(x), Number(y), 4);
});

// ---- Size.
new ResizeObserver(() => {
  const first = width === 1, old = whole();
  width = canvas.clientWidth || 1;
  height = canvas.clientHeight || 1;
  ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  view.size *= whole() / old;
  if (first) { showAll(); showNamed(); }
  later();
}).observe(canvas);
showLegend();
