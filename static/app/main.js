// The page: it shows the screen that the address names, once it is known who looks.

import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { AnswerPage } from "./answer.js";
import { CallPage } from "./call.js";
import { begin, Door } from "./door.js";
import { DutyPage } from "./duty.js";
import { List, Past } from "./list.js";
import { route } from "./route.js";
import { Bar, Said, shut, Tabs, Title, Top } from "./shell.js";
import { begun, hold, is, me, ofLab } from "./state.js";
import { h, html } from "./ui.js";
import { preferred, speak, t } from "./words.js";

// What not everybody needs comes when it is asked for.
/** @type {Record<string, () => Promise<import("preact").ComponentType<any>>>} */
const later = {
  bench: async () => (await import("./bench.js")).Bench,
  hand: async () => (await import("./hand.js")).ByHand,
  times: async () => (await import("./times.js")).Times,
  status: async () => (await import("./status.js")).Status,
  limits: async () => (await import("./limits.js")).Limits,
  people: async () => (await import("./people.js")).People,
  roster: async () => (await import("./roster.js")).RosterPage,
  wall: async () => (await import("./wall.js")).Wall,
};
/** @type {Record<string, import("preact").ComponentType<any>>} */
const loaded = { list: List, past: Past, on: DutyPage };

/** @param {{ name: string }} props */
function Later({ name }) {
  const [, again] = useState(0);
  const [failed, fail] = useState(false);
  useEffect(() => {
    if (loaded[name]) return;
    later[name]().then((screen) => {
      loaded[name] = screen;
      again((n) => n + 1);
    }, () => fail(true));
  }, [name]);
  if (failed) return html`<h1 tabindex="-1">${t("This screen could not be loaded")}</h1><p>${t("Load the page again. If it is urgent, telephone.")}</p>`;
  return loaded[name] ? h(loaded[name], {}) : html`<p class="note">${t("One moment")}</p>`;
}

function screen() {
  const { name, id } = route.value;
  const named = name === "" ? (ofLab() ? "bench" : is("administrator") ? "times" : me.value?.machine ? "wall" : "list") : name;
  if (named === "call") return { named, part: h(CallPage, { key: id, id: `call/${id}` }) };
  if (named === "answer") return { named, part: h(AnswerPage, { key: id, id: `call/${id}` }) };
  const known = later[named] || loaded[named] ? named : "list";
  return { named: known, part: h(Later, { key: known, name: known }) };
}

function App() {
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const { named, part } = shut() ? { named: "door", part: h(Door, {}) } : screen();
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
    ${named === "wall" ? null : h(Top, {})}${h(Bar, {})}
    <main id="main" ref=${main} tabindex="-1" class=${`page page-${named}`}>${part}</main>
    ${named === "wall" ? null : h(Tabs, {})}${h(Said, {})}${h(Title, {})}`;
}

for (const kind of ["pointerdown", "touchstart"]) addEventListener(kind, () => hold(true), { capture: true, passive: true });
for (const kind of ["pointerup", "pointercancel", "touchend", "blur"]) addEventListener(kind, () => void setTimeout(() => hold(false)), { capture: true, passive: true });

await speak(preferred());
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(h(App, {}), root);
void begin();
if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("worker.js").catch(() => {});
