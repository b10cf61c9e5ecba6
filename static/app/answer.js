// Reading back: the value and the end of the record number are covered and typed; then = or ≠.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { refusal } from "./answers.js";
import { asked, clear, draftOf, look, moved, refusedInput, retype, send, type, typed } from "./draft.js";
import { callAt, go } from "./route.js";
import { show } from "./list.js";
import { calls, connected, conn, drafts, fate, find, me, now, ofLab, over, say, second, site } from "./state.js";
import { guard } from "./typed.js";
import { byUrgency, urgency } from "./urgency.js";
import { Button, cover, due, fact, facts, h, Heading, html, icon, identifier, kindOf, patientName, value } from "./ui.js";
import { born, count, decimal, exact, problem, t, took } from "./words.js";

guard(document, {
  kept: (field, id) => typed(id, field),
  typed: (field, id, text) => type(id, field, text, "keyed"),
  refused: (id, why) => refusedInput(id, t(why)),
});

/** @param {Draft} d */
const current = (d) => find(d.call.id) ?? d.call;
/** @param {Draft} d */
const again = (d) => {
  look(current(d));
  go(callAt(d.call), { instead: true });
};

/** @param {{ id: string }} props */
export function AnswerPage({ id }) {
  const c = find(id);
  const d = drafts.value.get(id);
  useEffect(() => {
    if (c && !d) draftOf(c);
    if (!c && !over.value.has(id) && connected()) void fate(id);
  }, [!c, !d, connected()]);
  if (!d) {
    if (c) return null;
    return html`${h(Heading, { children: t("This call is not here any more") })}${h(Button, { do: () => go(""), children: ofLab() ? t("The bench") : t("My calls") })}`;
  }
  if (d.phase === "done") return h(Done, { draft: d });
  if (d.phase === "sending" || d.phase === "unsure") return h(Typing, { draft: d }); // its own outcome may be what closed it
  if (d.phase === "closed") return h(Gone, { draft: d });
  if (d.phase === "changed" || moved(d)) return c?.standing === "open" ? h(Changed, { draft: d }) : h(Gone, { draft: d });
  return d.phase === "differs" ? h(Differs, { draft: d }) : h(Typing, { draft: d });
}

/** @param {string | undefined} text */
const numeric = (text) => /^[<>=]*[0-9.,]+$/.test((text ?? "").trim());

/** @param {{ draft: Draft }} props */
function Typing({ draft: d }) {
  const c = current(d);
  const results = asked(c);
  const busy = d.phase === "sending";
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const { kind } = urgency(c, Math.max(second.value, now()));
  useLayoutEffect(() => form.current?.querySelector("input")?.focus({ preventScroll: true }), []); // at once: the first key belongs there
  useEffect(() => {
    if (d.field) /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector(`[data-typed="${CSS.escape(d.field)}"]`))?.focus();
  }, [d.field]);
  /** @param {SubmitEvent} e */
  const submit = (e) => {
    e.preventDefault();
    const blank = [...(form.current?.querySelectorAll("input") ?? [])].find((i) => !i.value.trim());
    blank?.focus(); // at once: a key pressed before the next picture belongs there
    if (connected()) void send(d.call.id);
  };
  const one = results.length === 1;
  return html`<div class="pad">
    <button type="button" class="back" onClick=${() => again(d)}>${icon("back")}<span>${t("The call")} <span class="soft">${t("(clears what you typed)")}</span></span></button>
    <h1 class="unseen" tabindex="-1">${t("Read back")}</h1>
    <section class=${`countdown ${kind}`} aria-label=${t("What is read back")}><p class="kind">${kindOf(c)}</p><p class="time">${due(c)}</p>
      <p class="then"><b><bdi>${patientName(c)}</bdi></b>${c.patient.born ? `, ${t("born {date}", { date: born(c.patient.born) })}` : ""}<br />
        ${t("No.")} ${identifier(c.patient.identifiers?.[0], true)}<br />${results.map((r) => html`<b>${r.label || t("Result")}</b> ${cover(t("Value"))} `)}</p></section>
    <form class="stack" ref=${form} autocomplete="off" novalidate onSubmit=${submit}>
      <p class="note">${t("Type what is covered, from memory or from your note.")}</p>
      ${refusal(c.id) ? html`<p class="notice" role="status">${refusal(c.id)}</p>` : null}
      <div class=${one ? "pair" : "stack"}>
        ${results.map((r) => r.choose?.length ? h(Finding, { key: r.id, draft: d, result: r }) : h(Entry, { key: r.id, draft: d, field: r.id, label: one ? t("Value") : (r.label ?? t("Value")), after: r.unit ?? "", mode: numeric(r.value) ? "decimal" : "text" }))}
        ${h(Entry, { draft: d, field: "tail", label: t("End of the number"), after: t("{n} of 4", { n: Math.min(4, [...d.tail.replace(/[^\p{L}\p{N}]/gu, "")].length) }), mode: "text" })}
      </div>
      <p class="wrong" role="alert" id="wrong">${d.say}</p>
      ${connected() ? null : html`<p class="notice">${t("Not connected. What you typed is kept; it can be sent when the connection is back. If it is urgent, telephone the laboratory.")}</p>`}
      ${h(Keypad, { of: d.call.id, form })}
      <button class="button primary tall" type="submit" aria-disabled=${busy || !connected() ? "true" : undefined}>${icon("equal")}<span>${busy ? t("Being recorded") : d.phase === "unsure" ? t("Send it again") : t("Read back")}</span></button>
      ${d.phase === "unsure" ? html`<p class="note">${t("It is not known yet whether it counts. Sent again unchanged, it counts once.")}</p>` : null}
      ${h(Button, { kind: "bare", do: () => again(d), children: html`${icon("eye")}${t("Look again")}` })}
    </form></div>`;
}

/** Finding is chosen among others of its group, when it has no words that could be typed. @param {{ draft: Draft, result: Result }} props */
const Finding = ({ draft: d, result: r }) => html`<fieldset class="pick"><legend>${r.label ?? t("Result")}</legend>
  ${(r.choose ?? []).map((text) => h(Button, { kind: "slim", pressed: d.values[r.id] === text, do: () => type(d.call.id, r.id, text, "keyed"), children: text }))}</fieldset>`;

/** @param {{ draft: Draft, field: string, label: string, after: string, mode: string }} props */
function Entry({ draft: d, field, label, after, mode }) {
  const id = field === "tail" ? "tail" : `value-${field}`;
  const wrong = d.field === field;
  const text = field === "tail" ? d.tail : (d.values[field] ?? "");
  return html`<div class=${`entry ${wrong ? "bad" : ""}`}><label for=${id}>${label}</label>
    <div class="box"><input id=${id} type="text" inputmode=${mode} value=${text} data-typed=${field} data-of=${d.call.id} autocomplete="off" autocorrect="off"
      autocapitalize=${field === "tail" ? "characters" : "none"} spellcheck="false" data-1p-ignore data-lpignore="true" data-form-type="other" readonly=${d.phase === "sending"}
      aria-invalid=${wrong ? "true" : undefined} aria-describedby=${`${id}-after wrong`} maxlength="40" />
      <span class="after" id=${`${id}-after`}>${after}</span></div></div>`;
}

/**
 * Keypad types into the field that was last in use, for hands that are wet, gloved or in a hurry.
 * @param {{ of: string, form: { current: HTMLFormElement | null } }} props
 */
export function Keypad({ of, form }) {
  const at = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    const f = form.current;
    /** @param {FocusEvent} e */
    const focus = (e) => {
      if (e.target instanceof HTMLInputElement && e.target.dataset.typed) at.current = e.target;
    };
    f?.addEventListener("focusin", focus);
    return () => f?.removeEventListener("focusin", focus);
  }, []);
  /** @param {string} key */
  const press = (key) => {
    const field = at.current ?? form.current?.querySelector("input");
    if (!field || field.readOnly) return;
    const name = field.dataset.typed ?? "";
    const text = typed(of, name);
    type(of, name, key === "erase" ? text.slice(0, -1) : (text + key).slice(0, 40), "keypad");
  };
  const mark = decimal();
  const key = (/** @type {string} */ k, /** @type {any} */ words, /** @type {string} */ label) =>
    html`<button type="button" key=${k} aria-label=${label} onPointerDown=${(/** @type {Event} */ e) => e.preventDefault()} onClick=${() => press(k)}>${words}</button>`;
  return html`<div class="keys" role="group" aria-label=${t("Keypad")}>${[..."123456789"].map((k) => key(k, k, k))}
    ${key(mark, mark, t("Decimal mark"))}${key("0", "0", "0")}${key("erase", icon("erase"), t("Delete the last character"))}</div>`;
}

/** @param {{ draft: Draft }} props */
function Differs({ draft: d }) {
  const c = current(d);
  const fields = d.facts?.fields ?? [];
  const wrong = new Set(fields.map((f) => f.field));
  const results = asked(c);
  const parts = fields.map((f) => (f.part === "identifier" ? t("record number") : results.length > 1 ? t("{part} of {label}", { part: t(f.part), label: f.label }) : t(f.part)));
  const page = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    say(t("The read-back does not match. The call is still open."), true);
    page.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, []);
  const row = (/** @type {string} */ title, /** @type {string} */ field, /** @type {any} */ said) => html`<section class=${`versus ${wrong.has(field) ? "differs" : "agrees"}`}
      aria-label=${`${title}: ${wrong.has(field) ? t("does not match") : t("matches")}`}><h2>${title}</h2>
    <div class="side"><span class="label">${t("Reported")}</span>${cover(title)}</div>
    <span class="sign">${icon(wrong.has(field) ? "unequal" : "equal", "big")}</span>
    <div class="side said"><span class="label">${t("You typed")}</span>${said}</div></section>`;
  return html`<div class="pad" ref=${page}>
    <section class="verdict no" role="alert">${icon("unequal")}
      ${h(Heading, { children: parts.length ? t(parts.length > 1 ? "The {what} do not match" : "The {what} does not match", { what: parts.join(t(" and the ")) }) : t("The read-back does not match") })}
      <p>${t("The call is still open,")} <b>${due(c)}</b>. ${d.facts?.desk ? t("The laboratory telephones now.") : t("After one more mismatch the laboratory telephones.")}</p></section>
    <p class="patient"><b class="name"><bdi>${patientName(c)}</bdi></b><br />${c.patient.born ? t("born {date}", { date: born(c.patient.born) }) : ""}</p>
    ${results.map((r) => row(results.length > 1 ? (r.label ?? t("Value")) : `${t("Value")}, ${r.label ?? ""}`, `values.${r.id}`, value(d.values[r.id], r.unit)))}
    ${row(t("End of the record number"), "tail", html`<span class="number big">${d.tail}</span>`)}
    ${h(Button, { kind: "primary tall", do: () => again(d), children: t("Look at the call again") })}
    ${h(Button, { do: () => void retype(d), children: t("Type it again") })}
    <p class="note">${t("The reported value stays covered here, so that the next try is read, not copied. Looking at the call again clears what you typed.")}</p></div>`;
}

/** @param {{ draft: Draft }} props */
function Done({ draft: d }) {
  const c = d.call;
  const done = /** @type {ReadBackDone} */ (d.done);
  const at = Date.parse(done.at);
  const tries = (current(d).mismatches ?? 0) + 1;
  const others = byUrgency(calls.value.filter((o) => o.id !== c.id && o.may.readBack), now());
  const page = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    say(t("Read back. It is yours."));
    page.current?.querySelector("h1")?.focus({ preventScroll: true }); // what had the focus is gone
  }, []);
  const side = (/** @type {string} */ label, /** @type {any} */ what) => html`<div class="side"><span class="label">${label}</span>${what}</div>`;
  const next = () => {
    clear(c.id);
    if (others.length) show(others[0]);
    else go("");
  };
  return html`<div class="pad" ref=${page}>
    <section class="verdict yes" role="status">${icon("equal")}${h(Heading, { children: t("Read back. It is yours.") })}
      <p>${t("At {time}, {took} after the call was opened. Everybody else has been stood down.", { time: exact(at), took: took(at - Date.parse(c.opened)) })}</p></section>
    <section class="panel stack receipt" aria-label=${t("What was read back")}>
      <h2><bdi>${patientName(c)}</bdi></h2>${facts(c)}
      ${asked(c).map((r) => html`<h3>${r.label}</h3><div class="versus agrees">${side(t("Reported"), value(r.value, r.unit))}
        <span class="sign">${icon("equal", "big")}<span class="unseen">${t("equals")}</span></span>${side(t("Read back"), value(d.values[r.id], r.unit))}</div>`)}
      <dl class="facts">${fact(t("By"), done.owner?.name ?? me.value?.name)}${fact(t("Call"), done.ref || c.ref)}${fact(t("Opened"), exact(c.opened, now()))}${fact(t("Read back"), exact(at, now()))}${tries > 1 ? fact(t("Tries"), String(tries)) : null}</dl>
      <h3 class="with-icon">${icon("proof")}${t("In the ledger")}</h3>
      <p>${t("Entry")} <b id="entry">${done.seq}</b>, ${t("ledger of {site}. The receipt proves it without a connection, and holds nothing about the patient.", { site: site.value })}</p>
      <div class="answers two noprint"><a class="button" href=${`/api/receipt/${done.seq}`} download=${`readback-receipt-${done.seq}.json`}>${icon("keep")}<span>${t("Keep the receipt")}</span></a>
        ${h(Button, { do: () => print(), children: html`${icon("print")}<span>${t("Print this page")}</span>` })}</div>
    </section>
    ${h(Button, { kind: "primary tall", do: next, children: others.length ? html`${count(others.length, "Next call", "Next call ({n})")}${icon("next")}` : ofLab() ? t("The bench") : t("My calls") })}</div>`;
}

/** @param {{ draft: Draft }} props */
function Gone({ draft: d }) {
  const c = find(d.call.id);
  const who = c?.owner?.id === me.value?.id ? t("You") : c?.owner?.name;
  const told = who && c?.finished
    ? t(c.outcome === "read-back" ? "{who} read this call back at {time}." : "{who} ended this call at {time}.", { who, time: exact(c.finished, now()) })
    : d.say || (conn.value.state === "live" ? problem({ code: "closed", say: t("This call is over.") }) : t("This call is over."));
  useEffect(() => say(t("Nothing is left to do."), true), []);
  return html`<div class="pad"><section class="verdict yes" role="alert">${icon("done")}${h(Heading, { children: t("Nothing is left to do") })}<p>${told}</p>
    ${d.tail ? html`<p>${t("What you typed here was not recorded as the read-back.")}</p>` : null}</section>
    ${h(Button, { kind: "primary tall", do: () => (clear(d.call.id), go("")), children: ofLab() ? t("The bench") : t("My calls") })}</div>`;
}

/** @param {{ draft: Draft }} props */
function Changed({ draft: d }) {
  useEffect(() => say(t("The result has changed."), true), []);
  return html`<div class="pad"><section class="verdict no" role="alert">${icon("critical")}${h(Heading, { children: t("The result has changed") })}
    <p>${t("The laboratory sent something else since you looked. What you typed belongs to what it said before.")}</p></section>
    ${h(Button, { kind: "primary tall", do: () => again(d), children: t("Look at the call again") })}</div>`;
}
