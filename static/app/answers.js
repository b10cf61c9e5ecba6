// How to answer a call: mine; not mine, but I act; not mine, pass on; call me.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { answerAt, go } from "./route.js";
import { connected, duty, is, lock, me, ofLab, record, refresh, say } from "./state.js";
import { Button, Choice, Field, h, html, icon } from "./ui.js";
import { mayNot, named, problem, t } from "./words.js";

/** what a command of this page said last, by call: a refusal, or what was understood. */
const notes = signal(/** @type {Record<string, { text: string, wrong: boolean }>} */ ({}));
/** @param {string} call @param {string} text @param {boolean} wrong */
const note = (call, text, wrong) => {
  notes.value = { ...notes.value, [call]: { text, wrong } };
};

// One pressing has one key until it was answered: pressed twice, it counts once.
/** @type {Map<string, string>} */
const keys = new Map();

/**
 * command records an answer to a call, and says what became of it. missing: the server does not know the command.
 * @param {Call} c @param {string} what @param {Record<string, any>} body @returns {Promise<"done" | "refused" | "missing">}
 */
export async function command(c, what, body) {
  const full = { call: c.id, version: c.version, ...body };
  const mark = JSON.stringify([what, full]);
  const key = keys.get(mark) ?? crypto.randomUUID();
  keys.set(mark, key);
  try {
    await record(what, full, key);
    keys.delete(mark);
    refresh(c.id);
    return "done";
  } catch (err) {
    const p = /** @type {Problem} */ (err);
    if (p.code !== "no-answer" && p.code !== "in-doubt") keys.delete(mark);
    if (p.code === "no-such-command") return "missing";
    if (p.code === "not-yours" && p.facts?.reason === "not-fresh") lock("Sign in again, then answer.", true);
    else note(c.id, p.code === "no-answer" ? t("No answer came. Press again: it counts once.") : p.code === "closed" ? p.say : problem(p), true);
    refresh(c.id);
    return "refused";
  }
}

/** @param {{ call: Call }} props */
export function Answers({ call: c }) {
  const [form, open] = useState("");
  const said = notes.value[c.id];
  const line = said ? html`<p class=${said.wrong ? "wrong" : "notice calm"} role="alert">${said.text}</p>` : null;
  if (!connected()) return dock(html`<p class="notice">${t("Not connected: an answer cannot be sent now, and what you see may be old. Telephone the laboratory.")}</p>`);
  if (!c.may.readBack) return dock(html`${line}${h(Cannot, { call: c })}`);
  if (form === "pass") return dock(html`${line}${h(PassOn, { call: c, close: () => open("") })}`);

  /** @param {string} how */
  const take = async (how) => {
    const is = await command(c, "take", { how });
    if (is !== "refused") go(answerAt(c));
  };
  const callMe = async () => {
    const is = await command(c, "take", { how: "call-me" });
    if (is === "done") note(c.id, t("The laboratory telephones you. The call stays open until it was read back."), false);
    if (is === "missing") note(c.id, t("This Readback cannot take that answer yet. Telephone the laboratory."), true);
    say(t("The laboratory telephones you."));
  };
  return dock(html`<h2>${t("Your answer")}</h2>${line}${h(Holder, { call: c })}
    <div class="answers">
      ${h(Button, { kind: "primary tall", do: () => take("mine"), children: html`${icon("equal")}<span>${t("Mine: read it back")}</span>` })}
      ${h(Button, { do: () => take("act"), children: html`${icon("check")}<span>${t("Not mine, but I act")}</span>` })}
      ${h(Button, { do: () => open("pass"), children: html`${icon("swap")}<span>${t("Not mine, pass on")}</span>` })}
      ${h(Button, { do: callMe, children: html`${icon("phone")}<span>${t("Call me")}</span>` })}
    </div>
    <p class="note">${t("The call is yours only when you have read it back. Opening this page does not count.")}</p>`);
}

/** @param {any} kids */
const dock = (kids) => html`<section class="dock" aria-label=${t("Answer")}>${kids}</section>`;

/** Holder says who has taken the call for now. @param {{ call: Call }} props */
function Holder({ call }) {
  const holder = /** @type {Name | undefined} */ (call.taken?.by ?? call.lease?.by);
  if (!holder || holder.id === me.value?.id) return null;
  return html`<p class="notice">${t("{who} has taken it and has not read it back yet.", { who: named(holder) })}</p>`;
}

/** Cannot says why this person cannot read back, and what they can do instead. @param {{ call: Call }} props */
function Cannot({ call: c }) {
  const [open, show] = useState(false);
  const lab = ofLab() && c.may.why !== "not-fresh" && !me.value?.receives;
  const why = lab ? "The laboratory reports; whoever was called reads it back." : (mayNot[c.may.why ?? ""] ?? "You cannot read this call back.");
  return html`<p class="notice">${t(why)}</p>
    ${c.may.why === "not-fresh" ? h(Button, { kind: "primary tall", do: () => lock("Sign in again, then read back.", true), children: t("Sign in again") }) : null}
    ${c.may.called && c.may.why !== "not-fresh" ? (open ? h(PassOn, { call: c, close: () => show(false) }) : h(Button, { do: () => show(true), children: html`${icon("swap")}<span>${t("Pass it on")}</span>` })) : null}
    ${c.may.why === "not-yours" && me.value?.receives ? h(Glass, { call: c }) : null}
    ${c.may.end && is("director") ? h(End, { call: c }) : null}`;
}

/** @type {[string, string][]} */
const reasons = [["not-my-patient", "Not my patient"], ["off-duty", "I am off duty"], ["busy", "I am with another emergency"], ["other", "Another reason"]];

/** PassOn asks to whom and why; the call stays with whoever was called until another one takes it. @param {{ call: Call, close: () => void }} props */
function PassOn({ call: c, close }) {
  const [why, choose] = useState("");
  const [to, pick] = useState("");
  const [text, type] = useState("");
  const [missing, miss] = useState(false);
  /** @type {[string, string][]} */
  const people = [...new Map((duty.value?.duty ?? []).filter((d) => d.who.id !== me.value?.id && d.post !== "post/desk").map((d) => [d.who.id, named(d.who)]))];
  const send = async () => {
    if (!why || (why === "other" && !text.trim())) return miss(true);
    const is = await command(c, "pass-on", { reason: why, ...(to ? { to } : {}), ...(text.trim() ? { note: text.trim() } : {}) });
    if (is === "missing") note(c.id, t("This Readback cannot take that answer yet. Telephone the laboratory."), true);
    if (is === "done") {
      note(c.id, t("Passed on. It rings there now; you are not asked again."), false);
      say(t("Passed on."));
    }
    close();
  };
  return html`<h2>${t("Pass it on")}</h2>
    <fieldset class="pick"><legend>${t("Why is it not yours?")}</legend>${reasons.map(([code, words]) => h(Button, { kind: "slim", pressed: why === code, do: () => choose(code), children: t(words) }))}</fieldset>
    ${h(Choice, { id: "pass-to", label: t("To whom"), value: to, change: pick, options: [["", t("The next one in order")], ...people] })}
    ${why === "other" ? h(Field, { id: "pass-note", label: t("Your reason"), value: text, change: type, more: { maxlength: 200 } }) : null}
    <p class="wrong" role="alert">${missing && !why ? t("Choose why.") : missing && why === "other" && !text.trim() ? t("Say why in a few words.") : ""}</p>
    <div class="answers two">${h(Button, { kind: "primary", do: send, children: t("Pass it on") })}${h(Button, { do: close, children: t("Keep it") })}</div>`;
}

/** Glass lets a person who was not called read back, for a reason that is recorded. @param {{ call: Call }} props */
function Glass({ call: c }) {
  const [open, show] = useState(false);
  const [text, type] = useState("");
  if (!open) return h(Button, { do: () => show(true), children: t("I answer for this patient now") });
  return html`${h(Field, { id: "glass", label: t("Why do you answer?"), hint: t("It is recorded with your name, and the laboratory sees it."), value: text, change: type, more: { maxlength: 200 } })}
    ${h(Button, { kind: "primary", off: text.trim().length < 3, do: () => go(`${answerAt(c)}`, { instead: true }) , children: t("Answer it") })}`;
}

/** @type {[string, string][]} */
const ends = [["patient-died", "The patient has died"], ["told-in-person", "Told in person"], ["test-result", "It was a test"], ["other", "Another reason"]];

/** End closes a call by a director's decision. @param {{ call: Call }} props */
function End({ call: c }) {
  const [open, show] = useState(false);
  const [why, choose] = useState("told-in-person");
  const [text, type] = useState("");
  if (!open) return h(Button, { kind: "bare", do: () => show(true), children: t("End this call without a read-back") });
  const send = async () => {
    if ((await command(c, "end", { reason: why, note: text.trim() })) === "done") show(false);
  };
  return html`${h(Choice, { id: "end-why", label: t("Why"), value: why, change: choose, options: ends.map(([code, words]) => /** @type {[string, string]} */ ([code, t(words)])) })}
    ${h(Field, { id: "end-note", label: t("In your words"), value: text, change: type })}
    <div class="answers two">${h(Button, { kind: "primary", do: send, children: t("End it") })}${h(Button, { do: () => show(false), children: t("Leave it open") })}</div>`;
}
