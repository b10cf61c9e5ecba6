// The frame around every screen: head, the truth about the line, where one can go, what is said aloud.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { cover } from "./idle.js";
import { test } from "./list.js";
import { able } from "./ring.js";
import { go, route } from "./route.js";
import { assertive, calls, conn, connected, covered, duty, finished, forget, is, line, locked, me, now, ofLab, onCalls, polite, post, record, say, second, stale } from "./state.js";
import { atDesk, urgency } from "./urgency.js";
import { Button, face, h, html, icon } from "./ui.js";
import { clock, count, lang, languages, speak, t } from "./words.js";

/** kiosk is a screen that stays for all, on a device of the laboratory. */
export const kiosk = () => route.value.name === "kiosk" && !!me.value?.bare && !me.value.machine && !covered.value && ofLab();
export const shut = () => locked.value !== null || covered.value || !me.value || (!!me.value.bare && !me.value.machine && !kiosk());

/** @typedef {[string, string, string]} Place hash, icon, words */

/** places are where this person can go: the first ones stand in the phone's bar. @returns {Place[]} */
export function places() {
  /** @type {Place} */
  const on = ["on", "people", t("Who is on")];
  /** @type {Place[]} */
  const run = [["times", "chart", t("Times")], ["limits", "scale", t("Limits")], ["roster", "list", t("Roster")], ["people", "people", t("People")], ["status", "gear", t("Status")]];
  if (is("administrator")) return [["times", "chart", t("Times")], ["people", "people", t("People")], ["roster", "list", t("Roster")], on, ["limits", "scale", t("Limits")], ["status", "gear", t("Status")]];
  if (is("technician")) return [["", "list", t("Bench")], ["board", "flask", t("Analyzers")], on, ["hand", "plus", t("By hand")], ["wall", "wall", t("Wall")], ["status", "gear", t("Status")]];
  if (ofLab()) return [["", "list", t("Bench")], ["board", "flask", t("Analyzers")], on, ["times", "chart", t("Times")], ["limits", "scale", t("Limits")], ["roster", "list", t("Roster")], ["people", "people", t("People")], ["wall", "wall", t("Wall")], ["status", "gear", t("Status")]];
  return me.value ? [["", "list", t("My calls")], ["past", "past", t("Past calls")], on] : run.slice(0, 0);
}

/** @param {string} hash */
const here = (hash) => (route.value.name === hash || (hash === "" && ["call", "answer"].includes(route.value.name)) ? "page" : undefined);
const open = signal(false);

/** @param {{ place: Place }} props */
const To = ({ place: [hash, shape, words] }) => html`<a href=${hash ? `#/${hash}` : "/"} aria-current=${here(hash)} onClick=${(/** @type {Event} */ e) => {
  e.preventDefault();
  open.value = false;
  go(hash);
}}>${icon(shape)}<span>${words}</span></a>`;

export function Top() {
  const [will] = able();
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  /** @type {Record<string, [string, string]>} */
  const states = { live: ["live", "Live"], catching: ["live", "Catching up"], connecting: ["live", "Connecting"], down: ["cut", "Not connected"], behind: ["cut", "Not connected"], off: ["cut", "Not connected"] };
  const [shape, word] = states[stale.value && conn.value.state === "live" ? "catching" : conn.value.state];
  useEffect(() => {
    /** @param {Event} e */
    const away = (e) => {
      if (e instanceof KeyboardEvent ? e.key === "Escape" : !ref.current?.contains(/** @type {Node} */ (e.target))) open.value = false;
    };
    addEventListener("pointerdown", away);
    addEventListener("keydown", away);
    return () => {
      removeEventListener("pointerdown", away);
      removeEventListener("keydown", away);
    };
  }, []);
  const brand = html`<span class="brand"><img src="mark.svg" alt="" width="26" height="26" /><span>Readback</span></span>`;
  if (shut()) return html`<header class="top"><div class="top-in">${brand}<span class="push"></span>${Languages()}</div></header>`;
  const on = duty.value?.shifts.find((s) => s.person === me.value?.id && Date.parse(s.from) <= now() && Date.parse(s.to) > now());
  return html`<header class="top"><div class="top-in">${brand}
    <nav aria-label=${t("Main")}><ul>${places().map((p) => html`<li key=${p[0]}>${h(To, { place: p })}</li>`)}</ul></nav>
    <span class="push"></span>
    <span class=${`state ${conn.value.state}`} id="line" role="status">${icon(shape)}${t(word)}</span>
    <button type="button" class=${`state press ${will ? "" : "off"}`} onClick=${test} aria-label=${`${will ? t("Will ring") : t("Cannot ring")}: ${t("test it")}`}>${icon(will ? "bell" : "mute")}<span>${will ? t("Will ring") : t("Cannot ring")}</span></button>
    <div class="who" ref=${ref}><button type="button" class="me" aria-expanded=${open.value} onClick=${() => (open.value = !open.value)}>${face(me.value?.name, "")}<span class="unseen">${me.value?.name ?? ""}: ${t("your menu")}</span></button>
      ${open.value ? html`<div class="menu"><p><b>${me.value?.name || t("You")}</b><br /><span class="soft">${me.value?.title || t(me.value?.role ?? "")}${on ? `, ${t("on until {time}", { time: clock(on.to, now()) })}` : ""}</span></p>
        <ul class="menu-places">${places().slice(3).map((p) => html`<li key=${p[0]}>${h(To, { place: p })}</li>`)}</ul>
        ${Languages()}
        ${me.value?.machine ? null : h(Button, { do: () => (open.value = false, go("me")), children: html`${icon("gear")}${t("Your screens and your PIN")}` })}
        ${h(Button, { do: () => (open.value = false, cover()), children: html`${icon("key")}${t("Lock")}` })}
        ${h(Button, { do: signOut, children: t("Sign out") })}</div>` : null}</div></div></header>`;
}

/** Languages are all that are spoken here, each in its own words. */
const Languages = () => html`<p class="tongues" role="group" aria-label=${t("Language")}>${Object.entries(languages).map(([code, words]) => html`<button type="button" class="button slim" lang=${code} aria-pressed=${lang.value === code} onClick=${() => speak(code)}>${words}</button>`)}</p>`;

async function signOut() {
  open.value = false;
  // This screen's own session first: the browser may hold another one by now.
  await record("sessions.end", { session: me.value?.session ?? "" }).catch(() => {});
  line.close(true);
  await post("/api/sign-out", {}).catch(() => {});
  forget();
  go("", { instead: true });
  locked.value = "";
}

/** Bar says what is not true of the line. */
export function Bar() {
  const { state, since, why } = conn.value;
  const catching = state === "catching" || (state === "live" && stale.value);
  if (shut() || (state === "live" && !catching) || state === "connecting" || state === "off") return html`<div id="bar" role="alert"></div>`;
  if (catching) return html`<div id="bar" role="alert"><div class="line-bar mild"><p>${t("Catching up. What you see may be a moment old.")}</p></div></div>`;
  const words = why ? t(why) : state === "behind" ? t("Readback has not reached its own records since {time}.", { time: clock(since) }) : t("Not connected since {time}.", { time: clock(since) });
  return html`<div id="bar" role="alert"><div class="line-bar"><p>${icon("cut")}<span>${words} ${ofLab() ? t("What you see may be old; calls go on without this screen.") : t("What you see may be old; if it is urgent, telephone.")}</span></p>
    ${h(Button, { kind: "slim", do: () => line.open(), children: t("Try again") })}</div></div>`;
}

export function Tabs() {
  if (shut() || places().length === 0) return null;
  return html`<nav class="tabs" aria-label=${t("Main, at the bottom")}><ul>${places().slice(0, 3).map((p) => html`<li key=${p[0]}>${h(To, { place: p })}</li>`)}
    ${places().length > 3 ? html`<li><button type="button" onClick=${(/** @type {Event} */ e) => (e.stopPropagation(), (open.value = true), scrollTo(0, 0))}>${icon("more")}<span>${t("More")}</span></button></li>` : null}</ul></nav>`;
}

export const Said = () => html`<p id="polite" class="unseen" role="status" aria-live="polite">${polite.value}</p><p id="assertive" class="unseen" role="alert" aria-live="assertive">${assertive.value}</p>`;

/** Title says only how many calls wait. */
export function Title() {
  const waits = shut() ? 0 : ofLab() ? calls.value.filter(atDesk).length : calls.value.filter((c) => c.may.called).length;
  useEffect(() => {
    document.title = waits ? `(${waits}) Readback` : "Readback";
  }, [waits]);
  useEffect(() => {
    document.documentElement.dataset.line = shut() || connected() || conn.value.state === "connecting" ? "live" : "down";
  });
  return null;
}

/** @type {Map<string, Call> | null} calls that were said already */
let known = null;
onCalls(() => {
  const ids = new Map(calls.value.map((c) => [c.id, c]));
  if (known) {
    const before = known;
    const fresh = calls.value.filter((c) => !before.has(c.id) && (c.may.called || ofLab()));
    if (fresh.length) say(count(fresh.length, "A new critical call.", "{n} new critical calls."));
    const over = finished.value.filter((c) => before.get(c.id)?.standing === "open" && !ids.has(c.id));
    if (over.length && ofLab()) say(count(over.length, "{n} call was closed.", "{n} calls were closed."));
  }
  known = ids;
});

// Countdowns are spoken at two minutes, one minute and none, for the call on the screen; a call that becomes late always.
const marks = [120, 60, 0];
const spoken = new Set();
second.subscribe((at) => {
  if (shut() || !connected()) return;
  const page = route.value.id && ["call", "answer"].includes(route.value.name) ? `call/${route.value.id}` : "";
  for (const c of calls.value) {
    const left = Math.ceil((urgency(c, at).at - at) / 1000);
    const mark = marks.find((m) => left <= m && left > m - 5);
    const key = `${c.id} ${c.version} ${mark} ${urgency(c, at).at}`;
    if (mark === undefined || spoken.has(key) || (c.id !== page && mark !== 0) || (!c.may.called && !ofLab())) continue;
    spoken.add(key);
    say(mark ? count(mark / 60, "{n} minute left", "{n} minutes left") : t("A call is late."), mark === 0);
  }
});
