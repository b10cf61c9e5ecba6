// The board on a shared screen beside the analyzers: big targets, no drag, and each deed takes a person's PIN.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { bookings, follow, instruments, load, loaded } from "./analyzers.js";
import { Aside } from "./boardaside.js";
import { ListView } from "./boardlist.js";
import { begin, fresh } from "./boardline.js";
import { beside, by } from "./booking.js";
import { Undo } from "./board.js";
import { fault } from "./boardwords.js";
import { conn, connected, now, record, second } from "./state.js";
import { Button, Field, h, Heading, html, icon } from "./ui.js";
import { clock, count, day, t } from "./words.js";

const every = 5_000; // ms: a device hears of calls alone, so it asks

/** @typedef {{ what: string, body: object, key: string, done: (a: any) => void, failed: (p: any) => void }} Deed */
const deed = signal(/** @type {Deed | null} */ (null));
const login = signal("");
const pin = signal("");
const wrong = signal("");
const busy = signal(false);
const before = signal(/** @type {string[]} */ ([])); // who acted here since the page was opened

/** Kiosk is the whole screen. */
export function Kiosk() {
  useEffect(() => {
    const own = by.send;
    by.send = (what, body) => new Promise((done, failed) => {
      [pin.value, wrong.value] = ["", ""];
      deed.value = { what, body, key: crypto.randomUUID(), done, failed };
    });
    const ends = follow();
    const asks = setInterval(() => connected() && void load().catch(() => {}), every);
    return () => {
      by.send = own;
      clearInterval(asks);
      ends();
    };
  }, []);
  useEffect(() => {
    if (conn.value.state === "live") void load().catch(() => {});
  }, [conn.value.state]);
  const at = Math.max(second.value, now());
  const risk = [...bookings.value.values()].filter((b) => b.standing === "at-risk").length;
  const first = instruments.value[0]?.id;
  return html`<div class="kiosk stack"><div class="page-head"><div>${h(Heading, { children: connected() ? t("Analyzers") : t("Analyzers, as they were") })}
      <p>${connected() ? `${day(at)}, ${clock(at)}.` : t("As of {time}", { time: clock(conn.value.since) })} ${risk ? count(risk, "One booking is at risk.", "{n} bookings are at risk.") : ""}</p></div>
      <div class="row">${h(Button, { kind: "primary tall", do: () => first && begin(fresh(first, Math.ceil(at / 900_000) * 900_000, Math.ceil(at / 900_000) * 900_000 + 3_600_000)), children: html`${icon("plus")}<span>${t("Book")}</span>` })}
        ${h(Button, { kind: "tall", do: () => (beside.value = { kind: "free" }), children: t("What is free?") })}</div></div>
    ${deed.value ? h(ByPIN, { of: deed.value }) : null}
    <div class=${`b-main ${beside.value ? "with-aside" : ""}`}>${h(Aside, {})}${loaded.value ? h(ListView, {}) : html`<p class="note">${t("One moment")}</p>`}</div>${h(Undo, {})}</div>`;
}

/** ByPIN asks who acts. @param {{ of: Deed }} props */
function ByPIN({ of }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const box = ref.current;
    box?.showModal();
    return () => box?.close();
  }, []);
  const leave = () => {
    deed.value = null;
    of.failed({ code: "left", say: t("Left as it was."), do: "" });
  };
  const send = async () => {
    if (busy.value || !login.value.trim() || !pin.value) return;
    busy.value = true;
    try {
      const a = await record("as", { login: login.value.trim(), pin: pin.value, do: of.what, body: of.body }, of.key);
      before.value = [login.value.trim(), ...before.value.filter((l) => l !== login.value.trim())].slice(0, 6);
      [login.value, deed.value] = ["", null];
      of.done(a);
      void load().catch(() => {});
    } catch (e) {
      const p = /** @type {Problem} */ (e);
      if (["wrong-pin", "pin-locked", "no-pin", "no-answer"].includes(p.code)) wrong.value = fault(p);
      else {
        [login.value, deed.value] = ["", null];
        of.failed(p);
      }
    }
    pin.value = "";
    busy.value = false;
  };
  const press = (/** @type {string} */ n) => (pin.value = n === "" ? pin.value.slice(0, -1) : pin.value + n);
  return html`<dialog ref=${ref} class="panel b-pin" aria-labelledby="b-who" onCancel=${(/** @type {Event} */ e) => (e.preventDefault(), leave())}><form class="stack" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), void send())}>
    <h2 id="b-who">${t("Who are you?")}</h2>
    ${before.value.length ? html`<div class="row" role="group" aria-label=${t("Who acted here before")}>${before.value.map((l) => h(Button, { key: l, kind: "slim", pressed: login.value === l, do: () => (login.value = l), children: l }))}</div>` : null}
    ${h(Field, { id: "login", label: t("Staff name"), value: login.value, change: (l) => (login.value = l), more: { autocomplete: "off" } })}
    ${h(Field, { id: "pin", label: t("PIN"), type: "password", value: pin.value, change: (p) => (pin.value = p), more: { autocomplete: "off", inputmode: "numeric" } })}
    <div class="keys">${["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0"].map((n) => html`<button type="button" key=${n} onClick=${() => press(n)} aria-label=${n || t("Delete the last character")}>${n || icon("erase")}</button>`)}<button type="submit" class="ok" aria-label=${t("Go on")}>${icon("check")}</button></div>
    <p class="wrong" role="alert">${wrong.value}</p>
    ${h(Button, { kind: "bare", do: leave, children: t("Leave it") })}</form></dialog>`;
}
