// The page: it shows the screen that the address names, once it is known who looks.

import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { begin, Door } from "./door.js";
import { List } from "./list.js";
import { route } from "./route.js";
import { Bar, Said, shut, Tabs, Title, Top } from "./shell.js";
import { begun, hold, is, me, ofLab } from "./state.js";
import { h, html } from "./ui.js";
import { chapter, preferred, speak, t } from "./words.js";

// What the first picture does not need comes after it. What answers a call is fetched at once when somebody is signed in,
// so that it is here when the connection is not.
/** @type {Record<string, () => Promise<import("preact").ComponentType<any>>>} */
const later = {
  call: async () => (await import("./call.js")).CallPage,
  answer: async () => (await import("./answer.js")).AnswerPage,
  past: async () => (await import("./past.js")).Past,
  on: async () => (await import("./duty.js")).DutyPage,
  bench: async () => (await lab(), (await import("./bench.js")).Bench),
  hand: async () => (await lab(), (await import("./hand.js")).ByHand),
  times: async () => (await lab(), (await import("./times.js")).Times),
  status: async () => (await lab(), (await import("./status.js")).Status),
  limits: async () => (await lab(), (await import("./limits.js")).Limits),
  people: async () => (await lab(), (await import("./people.js")).People),
  roster: async () => (await lab(), (await import("./roster.js")).RosterPage),
  story: async () => (await lab(), (await import("./storypage.js")).StoryPage),
  me: async () => (await import("./sessions.js")).Mine,
  wall: async () => (await lab(), (await import("./wall.js")).Wall),
  board: async () => (await Promise.all([look("board.css"), chapter("board")]), (await import("./board.js")).Board),
  kiosk: async () => (await Promise.all([look("board.css"), chapter("board")]), (await import("./kiosk.js")).Kiosk),
  rung: async () => (await chapter("board"), (await import("./rung.js")).Rung),
};

/** look brings a style sheet of a part that comes later. @param {string} href @returns {Promise<void>} */
const look = (href) => new Promise((done) => {
  if (document.querySelector(`link[href="${href}"]`)) return done();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  link.onload = link.onerror = () => done();
  document.head.append(link);
});

/** lab brings what the laboratory's and the administrator's screens share. */
const lab = () => Promise.all([look("lab.css"), chapter("lab")]);

/** @type {Record<string, import("preact").ComponentType<any>>} */
const loaded = { list: List };

/** @param {string} name */
async function load(name) {
  loaded[name] ??= await later[name]();
}

/** @param {{ name: string, props?: Record<string, any>, quiet?: boolean }} props */
function Later({ name, props, quiet }) {
  const [, again] = useState(0);
  const [failed, fail] = useState(false);
  useEffect(() => {
    if (loaded[name]) return;
    load(name).then(() => again((n) => n + 1), () => fail(true));
  }, [name]);
  if (quiet && !loaded[name]) return null;
  if (failed) return html`<h1 tabindex="-1">${t("This screen could not be loaded")}</h1><p>${t("Load the page again. If it is urgent, telephone.")}</p>`;
  return loaded[name] ? h(loaded[name], props ?? {}) : html`<p class="note">${t("One moment")}</p>`;
}

function screen() {
  const { name, id } = route.value;
  const named = name === "" ? (ofLab() ? "bench" : is("administrator") ? "times" : me.value?.machine ? "wall" : "list") : name;
  if (named === "call" || named === "answer") return { named, part: h(Later, { key: `${named} ${id}`, name: named, props: { id: `call/${id}` } }) };
  if (named === "story") return { named, part: h(Later, { key: `story ${id}`, name: "story", props: { id } }) };
  const mayBe = named === "board" ? ofLab() : named === "kiosk" ? ofLab() && !!me.value?.bare : named !== "rung";
  const known = (later[named] || loaded[named]) && mayBe ? named : "list";
  return { named: known, part: h(Later, { key: known, name: known }) };
}

function App() {
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const { named, part } = shut() ? { named: "door", part: h(Door, {}) } : screen();
  const whole = named === "wall" || named === "kiosk"; // it has the screen to itself
  const where = `${named} ${route.value.id}`;
  const before = useRef(where);
  useEffect(() => {
    if (before.current === where) return;
    before.current = where;
    scrollTo(0, 0);
    if (named !== "answer") main.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [where]);
  if (!begun.value) return html`<main class="page page-door"><p class="note">${t("Readback starts. If this stays, telephone the laboratory.")}</p></main>`;
  return html`<a class="skip" href="#main" onClick=${(/** @type {Event} */ e) => (e.preventDefault(), main.current?.focus())}>${t("Skip to the content")}</a>
    ${whole ? null : h(Top, {})}${h(Bar, {})}${ofLab() && !shut() && !whole && !me.value?.bare ? h(Later, { name: "rung", quiet: true }) : null}
    <main id="main" ref=${main} tabindex="-1" class=${`page page-${named}`}>${part}</main>
    ${whole ? null : h(Tabs, {})}${h(Said, {})}${h(Title, {})}`;
}

for (const kind of ["pointerdown", "touchstart"]) addEventListener(kind, () => hold(true), { capture: true, passive: true });
for (const kind of ["pointerup", "pointercancel", "touchend", "blur"]) addEventListener(kind, () => void setTimeout(() => hold(false)), { capture: true, passive: true });

await speak(preferred());
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(h(App, {}), root);
me.subscribe((is) => {
  if (is) for (const name of ["call", "answer", ...(ofLab() ? ["bench"] : [])]) load(name).catch(() => {}); // asked for again when it is opened
});
void begin();
if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("worker.js").catch(() => {});
