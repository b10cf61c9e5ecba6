// The page: it draws what is known, hears what is pressed, and says what is new.

import { answer } from "./answer.js";
import { bench } from "./bench.js";
import { call } from "./call.js";
import { h, icon, show } from "./dom.js";
import { begin, door, enter } from "./door.js";
import { clear, draftOf, send, settle, type } from "./draft.js";
import { list } from "./list.js";
import { button } from "./parts.js";
import * as ring from "./ring.js";
import { app, connected, find, forget, line, lock, now, ofLab, onChange, post, record, seen } from "./state.js";
import { guard } from "./typed.js";
import { atDesk, urgency } from "./urgency.js";
import { clock, count } from "./words.js";

const at = (id) => document.getElementById(id);
let began = false; // it is known whether anybody is signed in
let pressed = false; // a finger is on the screen: nothing moves under it

// draw brings what is known onto the page.
function draw() {
  if (pressed || !began) return;
  const shut = app.locked !== null || !app.me;
  document.documentElement.dataset.line = shut || connected() || app.line.state === "connecting" ? "live" : "down";
  show(at("top"), top(shut));
  show(at("bar"), shut ? null : bar());
  const name = app.screen.name === "list" && ofLab() ? "bench" : app.screen.name;
  const screen = shut ? door() : { list, bench, call, answer }[name]();
  show(at("main"), h("div", { class: `page page-${shut ? "door" : name}`, "data-key": `${shut ? "door" : name} ${shut ? "" : app.screen.call}` }, screen));
  const waits = shut ? 0 : ofLab() ? app.calls.filter(atDesk).length : app.calls.filter((c) => c.may.called).length;
  document.title = waits ? `(${waits}) Readback` : "Readback";
}

function top(shut) {
  const [will] = ring.able();
  const states = { live: ["live", "Live"], catching: ["live", "Catching up"], connecting: ["live", "Connecting"], down: ["cut", "Not connected"], behind: ["cut", "Not connected"], off: ["cut", "Not connected"] };
  const [shape, word] = states[app.stale && app.line.state === "live" ? "catching" : app.line.state];
  return h("div", { class: "top-in" },
    h("span", { class: "brand" }, h("img", { src: "mark.svg", alt: "", width: "26", height: "26" }), "Readback"),
    h("span", { class: "push" }),
    shut ? null : h("span", { class: `state ${app.line.state}`, id: "line", role: "status" }, icon(shape), word),
    shut ? null : button("test-ring", { class: `state press ${will ? "" : "off"}`, "aria-label": `${will ? "Will ring" : "Cannot ring"}: test it` }, icon(will ? "bell" : "mute"), will ? "Will ring" : "Cannot ring"),
    shut ? null : h("details", { class: "who" }, h("summary", { "aria-label": `${app.me.name}: sign out` }, h("span", { class: "face", "aria-hidden": "true" }, initials())),
      h("div", { class: "menu" }, h("p", {}, h("b", {}, app.me.name || "You"), h("br"), h("span", { class: "soft" }, app.me.title || app.me.role)), button("sign-out", {}, "Sign out"))));
}

const initials = () => (app.me.name ?? "").replace(/^(Dr|Prof)\.? /, "").split(/\s+/).map((w) => w[0]).slice(0, 2).join("");

function bar() {
  const { state, since, why } = app.line;
  const catching = state === "catching" || (state === "live" && app.stale);
  if ((state === "live" && !catching) || state === "connecting" || state === "off") return null;
  if (catching) return h("div", { class: "line-bar mild" }, h("p", {}, "Catching up. What you see may be a moment old."));
  const say = why || (state === "behind" ? `Readback has not reached its own records since ${clock(since)}.` : `Not connected since ${clock(since)}.`);
  return h("div", { class: "line-bar" }, h("p", {}, icon("cut"), h("span", {}, `${say} What you see may be old; ${ofLab() ? "calls go on without this screen." : "if it is urgent, telephone."}`)), button("reconnect", { class: "button slim" }, "Try again"));
}

function say(text, loud) {
  const region = at(loud ? "assertive" : "polite");
  region.textContent = region.textContent === text ? `${text} ` : text;
}

// go changes the screen; the address stays as it is, and the browser's own Back goes up.
function go(name, id = "") {
  if (name !== "list" && app.screen.name === "list") history.pushState({ up: true }, "", "/");
  app.screen = { name, call: id };
  app.note = "";
  draw();
  scrollTo(0, 0);
  const focus = name === "answer" ? at("main").querySelector("input") : at("main").querySelector("h1");
  focus?.focus({ preventScroll: true });
}

const home = () => (history.state?.up ? history.back() : go("list"));

const actions = {
  open(id) {
    const c = find(id);
    if (!c) return;
    clear(id);
    ring.open(c);
    seen(c);
    go("call", id);
  },
  back: home,
  home,
  answer: (id) => go("answer", id),
  look() {
    const id = app.screen.call;
    clear(id);
    const c = find(id);
    if (c) seen(c);
    go("call", id);
  },
  retype() {
    const d = app.drafts.get(app.screen.call);
    Object.assign(d, { phase: "typing", say: "", field: "" });
    go("answer", app.screen.call);
  },
  fresh: () => lock("Sign in again, then read back."),
  reconnect: () => line.open(),
  async "test-ring"() {
    await ring.wake();
    ring.play("critical");
    say(ring.able()[0] ? "You should hear three rising notes." : ring.able()[1]);
    draw();
  },
  async "sign-out"() {
    // This screen's own session first: the browser may hold another one by now.
    await record("sessions.end", { session: app.me?.session ?? "" }).catch(() => {});
    line.close(true);
    await post("/api/sign-out", {}).catch(() => {});
    forget();
    app.locked = "";
    draw();
  },
};

document.addEventListener("click", (e) => {
  const el = e.target.closest("[data-do]");
  if (el && el.getAttribute("aria-disabled") !== "true") actions[el.dataset.do](el.dataset.id);
});

document.addEventListener("submit", (e) => {
  e.preventDefault();
  const what = e.target.dataset.submit;
  if (what !== "read-back") return void enter(e.target, draw).then(() => at("main").querySelector("[aria-describedby]")?.matches(":focus") || focusDoor());
  const c = find(app.screen.call);
  if (!c || !connected()) return;
  const d = draftOf(c);
  const before = d.phase;
  send(d, draw).then(() => {
    if (d.phase === before && !d.say) return;
    at("main").querySelector(d.phase === "typing" ? ".bad input" : "h1")?.focus();
    if (d.phase === "differs") say("The read-back does not match. The call is still open.", true);
  });
});

function focusDoor() {
  const h1 = at("main").querySelector("h1");
  if (app.locked === null) h1?.focus({ preventScroll: true });
}

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => ring.wake(), { capture: true, passive: true });
addEventListener("pointerdown", () => (pressed = true), { capture: true, passive: true });
for (const kind of ["pointerup", "pointercancel", "blur"]) {
  addEventListener(kind, () => {
    pressed = false;
    setTimeout(draw); // after the click that this touch may become
  }, { capture: true, passive: true });
}
addEventListener("popstate", () => {
  if (app.screen.name !== "list") {
    clear(app.screen.call);
    go("list");
  }
});

guard(document, {
  kept: (field, id) => (field === "tail" ? app.drafts.get(id)?.tail : app.drafts.get(id)?.values[field]) ?? "",
  typed(field, id, text) {
    const d = app.drafts.get(id);
    if (d) type(d, field, text);
    draw();
  },
  refused(why) {
    const d = app.drafts.get(app.screen.call);
    if (d) d.say = why;
    draw();
  },
});

let known = null; // calls that were said already
function news() {
  const ids = new Map(app.calls.map((c) => [c.id, c]));
  if (known) {
    const fresh = app.calls.filter((c) => !known.has(c.id) && (c.may.called || ofLab()));
    if (fresh.length) say(fresh.length === 1 ? "A new critical call." : `${fresh.length} new critical calls.`);
    const over = app.finished.filter((c) => known.get(c.id)?.standing === "open" && !ids.has(c.id));
    if (over.length && ofLab()) say(`${count(over.length, "call was", "calls were")} closed.`);
  }
  known = ids;
}

onChange((what) => {
  began = true;
  if (what === "calls") {
    news();
    settle(draw);
    ring.tick();
  }
  draw();
});

// Countdowns are spoken at two minutes, one minute and none, for the call on the screen.
const marks = [120, 60, 0];
let spoken = "";
function speak() {
  const c = app.screen.call && app.calls.find((one) => one.id === app.screen.call);
  if (!c || !connected()) return;
  const left = Math.ceil((urgency(c, now()).at - now()) / 1000);
  const mark = marks.find((m) => left <= m && left > m - 5);
  if (mark === undefined || spoken === `${c.id} ${mark}`) return;
  spoken = `${c.id} ${mark}`;
  say(mark ? `${mark / 60} ${mark === 60 ? "minute" : "minutes"} left` : "This call is late.", mark === 0);
}

setInterval(() => {
  ring.tick();
  speak();
  draw();
}, 1000);

begin(() => {
  began = true;
  draw();
});
