"use strict";

const texts = {
  en: {
    quiet: "No hint right now", noBundle: "No offers yet. Sell on; head office will send them.",
    accept: "Accepted", decline: "Declined", also: "Also fitting", notice: "Good to know", set: "Together",
    accepted: "Noted: accepted", declined: "Noted: declined",
    ready: "Ready", attention: "Attention", gone: "Not connected",
    hqOn: "Head office connected", hqOff: "Head office not reachable, selling goes on",
    waiting: "to send", printer: "Printer", release: "Release", none: "No offers loaded",
    stale: "Not connected to the terminal. Sell on; this page is trying again.",
    silent: "The terminal does not answer. Sell on; this page is trying again.",
    tell: "For the manager:",
  },
  ru: {
    quiet: "Сейчас подсказок нет", noBundle: "Предложений пока нет. Продавайте дальше: их пришлёт головной офис.",
    accept: "Берут", decline: "Не берут", also: "Также подходит", notice: "К сведению", set: "Вместе",
    accepted: "Записано: берут", declined: "Записано: не берут",
    ready: "Готов", attention: "Внимание", gone: "Нет связи",
    hqOn: "Головной офис на связи", hqOff: "Нет связи с головным офисом, продажа продолжается",
    waiting: "к отправке", printer: "Принтер", release: "Выпуск", none: "Предложения не загружены",
    stale: "Нет связи с терминалом. Продавайте дальше, страница подключается снова.",
    silent: "Терминал не отвечает. Продавайте дальше, страница пробует снова.",
    tell: "Для администратора:",
  },
};

/* The terminal says its printer's state in English; the first that fits is said in the page's language. */
const printerWords = {
  ru: [["not tried yet", "ещё не печатал"], ["no printer configured", "не подключён"],
    ["paper", "кончилась бумага, вставьте рулон"], ["cover", "открыта крышка, закройте её"], ["cutter", "не режет, проверьте нож"],
    ["offline", "не в сети, проверьте его"], ["did not", "не отвечает"], ["refused", "нет связи"], ["connect", "нет связи"],
    ["no printer status", "по этому адресу отвечает не принтер"], ["error light", "горит ошибка, проверьте его"], ["ready", "готов"]],
};

const kDwell = 1500;   // ms a main hint stays before another of the same sale replaces it: time to read it
const kGuard = 300;    // ms after a change in which a press is taken for one meant for what was there before
const kNoted = 4000;   // ms a confirmation stands: mostly its hint is gone with it
const kHealthEvery = 5000, kHealthWait = 3000;
const kStripBelow = 260;

const $ = (id) => document.getElementById(id);
/* "20 %" and "250 g" stay on one line. */
const tight = (text) => (text || "").replace(/(\d) (?=[%\p{Sc}]|\p{L}{1,3}(?!\p{L}))/gu, "$1\u00A0");
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
let pageId = null;         // of the files this page was made from
let told = "";             // the last message to the page around this one

const wish = new URLSearchParams(location.search);
const theme = wish.get("theme");
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;

function now() { return performance.now(); }
function mainCard() { return shown && shown.cards.length ? shown.cards[0] : null; }
/* Information: nothing to accept or decline. A kind this page does not know is that, too. */
function isNotice(card) { return Boolean(card.kind) && card.kind !== "suggestion"; }
function sameMain(a, b) { return a && b && a.sale === b.sale && a.cards[0]?.offer === b.cards[0]?.offer; }
function keys() { return (status && status.keys) || ["F8", "F9"]; }

/* ---- hints */

function receive(board) {
  clearTimeout(waiting);
  const rest = changed + kDwell - now();
  const replaces = mainCard() && board.cards.length && board.sale === shown.sale && !sameMain(board, shown);
  // An answered hint has been read: nothing to wait for.
  if (replaces && rest > 0 && !pending) waiting = setTimeout(() => show(board), rest);
  else show(board);
}

function show(board) {
  const fresh = !sameMain(board, shown);
  shown = board;
  if (fresh) {
    changed = now();
    pending = null;
  }
  draw();
  if (fresh) announce();
}

function announce() {
  const card = mainCard();
  put($("spoken"), card ? [card.script, card.reason].filter(Boolean).join(" ") : "");
}

/* A discount that is an amount is the price to pay; any other ("-20 %", "3 for 2") stands beside the price. */
function money(card) {
  const isPrice = /^\d[\d\s.,]*[A-Z]{3}$/.test(card.discount) && card.price;
  return isPrice ? [card.price, card.discount, ""] : ["", card.price, card.discount];
}

function labelOf(card) {
  return isNotice(card) ? words.notice : card.type === "set" ? words.set : "";
}

function draw() {
  const card = mainCard();
  $("hint").hidden = !card;
  $("quiet").hidden = Boolean(card) || Boolean(stale) || $("answered").textContent !== "";
  if (card) {
    put($("label"), labelOf(card));
    $("buttons").hidden = isNotice(card);
    put($("name"), tight(card.name || card.sku));
    money(card).forEach((text, n) => put($(["before", "price", "discount"][n]), text));
    put($("script"), tight(card.script));
    put($("reason"), tight(card.reason));
  }
  $("hint").classList.toggle("done", Boolean(pending));
  $("hint").classList.toggle("notice", Boolean(card) && isNotice(card));
  for (const id of ["accept", "decline"]) $(id).setAttribute("aria-disabled", pending ? "true" : "false");
  drawOthers(card ? shown.cards.slice(1, 3) : []);
  tellParent();
}

function part(name, text) {
  return Object.assign(document.createElement("div"), { className: name, textContent: text });
}

function drawOthers(cards) {
  $("more").hidden = cards.length === 0;
  $("others").replaceChildren(...cards.map((card) => {
    const item = document.createElement("li");
    const left = document.createElement("div");
    left.append(part("name", tight(card.name || card.sku)), part("why", tight(card.reason)));
    item.append(left, part("cost", [card.price, card.discount].filter(Boolean).join("\n")));
    return item;
  }));
}

function answer(accepted) {
  const card = mainCard();
  if (!card || isNotice(card) || pending || stale || now() - changed < kGuard) return;
  pending = { id: nextId++, name: card.name || card.sku, accepted };
  asked = pending;
  socket.send(JSON.stringify({ type: accepted ? "accept" : "decline", sale: shown.sale, offer: card.offer, id: pending.id }));
  draw();
}

function answered(reply) {
  if (!asked || reply.id !== asked.id) return;
  if (reply.type === "ok") {
    note(`${asked.accepted ? "✓ " + words.accepted : words.declined} · ${asked.name}`);
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
  if (text) noted = setTimeout(() => { note(""); draw(); }, kNoted);
}

/* ---- state line */

function mark(id, good, text) {
  $(id).classList.toggle("bad", !good);
  put($(id).querySelector("span"), text);
}

function printerText(said) {
  const found = (printerWords[document.documentElement.lang] || []).find(([part]) => said.toLowerCase().includes(part));
  return found ? found[1] : said;
}

/* What the cashier may have to do something about; head office being away is nothing of that kind. */
function trouble() { return !status.printer_ok || status.release === "none" || Boolean(status.message); }

function drawState() {
  const known = !stale && Boolean(status);
  $("stale").hidden = !stale;
  if (stale) put($("stale"), words[stale]);
  const bad = known && trouble();
  mark("health", known && !bad, !known ? words.gone : bad ? words.attention : words.ready);
  put($("terminal").querySelector("span"), status ? [status.terminal, status.store].filter(Boolean).join(" · ") : "");
  for (const id of ["hq", "printer", "release"]) $(id).hidden = !known;
  /* A terminal without a head office misses nothing. */
  if (known && status.hq === null) $("hq").hidden = true;
  $("message").hidden = !known || !status.message;
  if (!known) return;
  const none = status.release === "none";
  const outbox = status.outbox > 0 ? ` · ${status.outbox} ${words.waiting}` : "";
  mark("hq", status.hq, (status.hq ? words.hqOn : words.hqOff) + outbox);
  mark("printer", status.printer_ok, `${words.printer}: ${printerText(status.printer)}`);
  mark("release", !none, none ? words.none : `${words.release} ${status.release}`);
  put($("quiet"), none ? words.noBundle : words.quiet);
  put($("message").querySelector(".to"), words.tell);
  put($("message").querySelector(".what"), status.message);
}

function drawAll() {
  const language = status && texts[status.language] ? status.language : "en";
  words = texts[language];
  document.documentElement.lang = language;
  put($("quiet"), words.quiet);
  ["accept", "decline"].forEach((id, n) => {
    put($(id).querySelector(".word"), words[id]);
    put($(id).querySelector("kbd"), keys()[n]);
  });
  put($("also"), words.also);
  drawState();
  draw();
}

/* ---- the page around this one: only those the terminal's configuration names */

function parents() {
  const allowed = (status && status.parents) || [];
  const actual = location.ancestorOrigins && location.ancestorOrigins[0];
  return actual ? allowed.filter((origin) => origin === actual) : allowed;
}

function tellParent() {
  if (parent === window) return;
  const card = mainCard();
  const strip = document.documentElement.dataset.layout === "strip";
  const text = JSON.stringify({
    source: "tillcue",
    state: stale ? "offline" : !status ? "offline" : trouble() ? "attention" : "ready",
    height: Math.ceil(strip ? document.body.getBoundingClientRect().height : document.body.scrollHeight),
    hint: card ? { sale: shown.sale, offer: card.offer, sku: card.sku, name: card.name, kind: card.kind || "suggestion" } : null,
  });
  if (text === told) return;
  const to = parents();
  if (to.length) told = text;
  for (const origin of to) parent.postMessage(JSON.parse(text), origin);
}

/* The keyboard is mostly with the page around: it may hand on the two answers, and nothing else. */
function hearParent(event) {
  if (parent === window || event.source !== parent || !parents().includes(event.origin)) return;
  if (event.data && event.data.tillcue === "accept") answer(true);
  if (event.data && event.data.tillcue === "decline") answer(false);
}

function layOut() {
  const strip = wish.get("layout") === "strip" || (wish.get("layout") !== "page" && innerHeight < kStripBelow);
  document.documentElement.dataset.layout = strip ? "strip" : "page";
  tellParent();
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

function learn(message) {
  // A newer terminal brings a newer page.
  if (pageId && message.page !== pageId) return location.reload();
  pageId = message.page;
  status = message;
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
    else if (message.type === "status") learn(message);
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
  const which = keys().indexOf(event.key);
  if (which < 0) return;
  event.preventDefault();
  if (!event.repeat) answer(which === 0);
});
addEventListener("message", hearParent);
addEventListener("resize", layOut);
new ResizeObserver(tellParent).observe(document.body);
layOut();
drawAll();
connect();
setInterval(checkHealth, kHealthEvery);
