"use strict";

const texts = {
  en: {
    quiet: "No hint right now",
    accept: "Accepted", decline: "Declined", also: "Also fitting", notice: "Good to know",
    accepted: "Noted: accepted", declined: "Noted: declined",
    terminal: "Terminal", hqOn: "Head office connected", hqOff: "Head office not reachable, selling goes on",
    waiting: "to send", printer: "Printer", release: "Release",
    stale: "Not connected to the terminal. Sell on; this page is trying again.",
    silent: "The terminal does not answer. Sell on; this page is trying again.",
  },
  ru: {
    quiet: "Сейчас подсказок нет",
    accept: "Берут", decline: "Не берут", also: "Также подходит", notice: "К сведению",
    accepted: "Записано: берут", declined: "Записано: не берут",
    terminal: "Терминал", hqOn: "Головной офис на связи", hqOff: "Нет связи с головным офисом, продажа продолжается",
    waiting: "к отправке", printer: "Принтер", release: "Выпуск",
    stale: "Нет связи с терминалом. Продавайте дальше, страница подключается снова.",
    silent: "Терминал не отвечает. Продавайте дальше, страница пробует снова.",
  },
};

const kDwell = 1500;   // ms a main hint stays before another of the same sale replaces it: time to read it
const kGuard = 300;    // ms after a change in which a press is taken for one meant for what was there before
const kNoted = 4000;   // ms a confirmation stands: mostly its hint is gone with it
const kHealthEvery = 5000, kHealthWait = 3000;

const $ = (id) => document.getElementById(id);
const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };

let words = texts.en;
let status = null;         // newest from the terminal
let shown = null;          // the board on the screen
let waiting = null;        // timer of a board held back by kDwell
let changed = 0;           // when the main hint last changed
let pending = null;        // the answer given to the shown hint: {id, name, accepted}
let asked = null;          // the answer whose reply is to come: a newer hint may be shown by then
let noted = null;          // timer of the confirmation
let nextId = 1;
let socket = null;
let stale = "stale";       // key of the text to show; "" while all is well
let pause = 500;

const theme = new URLSearchParams(location.search).get("theme");
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;

function mainCard() { return shown && shown.cards.length ? shown.cards[0] : null; }
/* Information: nothing to accept or decline. */
function isNotice(card) { return card.kind === "notice"; }
function sameMain(a, b) { return a && b && a.sale === b.sale && a.cards[0]?.offer === b.cards[0]?.offer; }

/* ---- hints */

function receive(board) {
  clearTimeout(waiting);
  const rest = changed + kDwell - Date.now();
  const replaces = mainCard() && board.cards.length && board.sale === shown.sale && !sameMain(board, shown);
  // An answered hint has been read: nothing to wait for.
  if (replaces && rest > 0 && !pending) waiting = setTimeout(() => show(board), rest);
  else show(board);
}

function show(board) {
  const fresh = !sameMain(board, shown);
  shown = board;
  if (fresh) {
    changed = Date.now();
    pending = null;
  }
  draw();
  if (fresh) announce();
}

function announce() {
  const card = mainCard();
  put($("spoken"), card ? [card.script, card.reason].filter(Boolean).join(" ") : "");
}

function draw() {
  const card = mainCard();
  $("hint").hidden = !card;
  $("quiet").hidden = Boolean(card) || Boolean(stale);
  if (card) {
    put($("label"), isNotice(card) ? words.notice : "");
    $("buttons").hidden = isNotice(card);
    put($("name"), card.name || card.sku);
    put($("price"), card.price);
    put($("discount"), card.discount);
    put($("script"), card.script);
    put($("reason"), card.reason);
  }
  $("hint").classList.toggle("done", Boolean(pending));
  $("hint").classList.toggle("notice", Boolean(card) && isNotice(card));
  for (const id of ["accept", "decline"]) $(id).setAttribute("aria-disabled", pending ? "true" : "false");
  drawOthers(card ? shown.cards.slice(1, 3) : []);
}

function drawOthers(cards) {
  $("more").hidden = cards.length === 0;
  $("others").replaceChildren(...cards.map((card) => {
    const item = document.createElement("li");
    const top = document.createElement("div");
    top.className = "top";
    for (const text of [card.name || card.sku, [card.price, card.discount].filter(Boolean).join("\n")]) {
      top.append(Object.assign(document.createElement("span"), { textContent: text }));
    }
    item.append(top, Object.assign(document.createElement("div"), { className: "why", textContent: card.reason }));
    return item;
  }));
}

function answer(accepted) {
  const card = mainCard();
  if (!card || isNotice(card) || pending || stale || Date.now() - changed < kGuard) return;
  pending = { id: nextId++, name: card.name || card.sku, accepted };
  asked = pending;
  socket.send(JSON.stringify({ type: accepted ? "accept" : "decline", sale: shown.sale, offer: card.offer, id: pending.id }));
  draw();
}

function answered(reply) {
  if (!asked || reply.id !== asked.id) return;
  if (reply.type === "ok") {
    note(`${asked.accepted ? words.accepted : words.declined} · ${asked.name}`);
  } else {
    note(reply.message);
    if (pending === asked) pending = null;
  }
  asked = null;
  draw();
}

function note(text) {
  clearTimeout(noted);
  put($("answered"), text);
  if (text) noted = setTimeout(note, kNoted, "");
}

/* ---- state line */

function mark(id, good, text) {
  $(id).classList.toggle("bad", !good);
  put($(id).querySelector("span"), text);
}

function drawState() {
  const known = !stale && status;
  $("stale").hidden = !stale;
  if (stale) put($("stale"), words[stale]);
  mark("terminal", !stale, [words.terminal, status && status.terminal, status && status.store].filter(Boolean).join(" · "));
  for (const id of ["hq", "printer", "release"]) $(id).hidden = !known;
  $("message").hidden = !known || !status.message;
  if (!known) return;
  const outbox = status.outbox > 0 ? ` · ${status.outbox} ${words.waiting}` : "";
  mark("hq", status.hq, (status.hq ? words.hqOn : words.hqOff) + outbox);
  mark("printer", status.printer_ok, `${words.printer}: ${status.printer}`);
  put($("release").querySelector("span"), `${words.release} ${status.release}`);
  put($("message"), status.message);
}

function drawAll() {
  const language = status && texts[status.language] ? status.language : "en";
  words = texts[language];
  document.documentElement.lang = language;
  put($("quiet"), words.quiet);
  put($("accept").querySelector(".word"), words.accept);
  put($("decline").querySelector(".word"), words.decline);
  put($("also"), words.also);
  drawState();
  draw();
}

/* ---- connection: honest when it is gone */

function lose(why) {
  stale = why;
  clearTimeout(waiting);
  shown = null;   // an old hint must not be said, and its answer could not be sent
  pending = null;
  asked = null;
  note("");
  announce();
  drawAll();
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.onopen = () => { pause = 500; stale = ""; drawAll(); };
  socket.onclose = () => {
    lose("stale");
    setTimeout(connect, pause);
    pause = Math.min(pause * 2, 5000);
  };
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "hints") receive(message);
    else if (message.type === "status") { status = message; drawAll(); }
    else if (message.type === "ok" || message.type === "error") answered(message);
  };
}

/* A frozen terminal keeps its connections open: ask whether it is still there. */
async function checkHealth() {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), kHealthWait);
  try {
    await fetch("/healthz", { signal: stop.signal, cache: "no-store" });
  } catch {
    if (!stale) { lose("silent"); socket.close(); }
  }
  clearTimeout(timer);
}

$("accept").addEventListener("click", () => answer(true));
$("decline").addEventListener("click", () => answer(false));
document.addEventListener("keydown", (event) => {
  if (event.key !== "F8" && event.key !== "F9") return;
  event.preventDefault();
  if (!event.repeat) answer(event.key === "F8");
});
drawAll();
connect();
setInterval(checkHealth, kHealthEvery);
