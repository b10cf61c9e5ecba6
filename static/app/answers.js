// How to answer a call: mine; not mine, but I act; not mine, pass on; call me.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { answerAt, go } from "./route.js";
import { connected, duty, is, lock, me, now, ofLab, record, refresh, say } from "./state.js";
import { passReasons } from "./story.js";
import { Button, Choice, Field, h, html, icon } from "./ui.js";
import { clock, lang, mayNot, named, problem, t } from "./words.js";

/** what a command of this page said last, by call: a refusal, or what was understood. */
const notes = signal(/** @type {Record<string, { text: string, wrong: boolean }>} */ ({}));
/** @param {string} call @param {string} text @param {boolean} wrong */
const note = (call, text, wrong) => {
  notes.value = { ...notes.value, [call]: { text, wrong } };
};

/** refusal is what was refused last of a call, in words. @param {string} call */
export const refusal = (call) => (notes.value[call]?.wrong ? notes.value[call].text : "");

// One pressing has one key until it was answered: pressed twice, it counts once.
/** @type {Map<string, string>} */
const keys = new Map();

/**
 * command records an answer to a call, and says what became of it. taken: another has it for now.
 * @param {Call} c @param {string} what @param {Record<string, any>} body @returns {Promise<"done" | "refused" | "taken">}
 */
export async function command(c, what, body) {
  const full = { call: c.id, version: c.version, ...body };
  const mark = JSON.stringify([what, full]);
  const key = keys.get(mark) ?? crypto.randomUUID();
  keys.set(mark, key);
  try {
    await record(what, full, key);
    keys.delete(mark);
    if (refusal(c.id)) note(c.id, "", false);
    refresh(c.id);
    return "done";
  } catch (err) {
    const p = /** @type {Problem} */ (err);
    if (p.code !== "no-answer" && p.code !== "in-doubt") keys.delete(mark);
    if (p.code === "taken") return "taken";
    if (p.code === "not-yours" && p.facts?.reason === "not-fresh") lock("Sign in again, then answer.", true);
    else note(c.id, p.code === "no-answer" ? t("No answer came. Press again: it counts once.") : p.code === "closed" && lang.value === "en" ? p.say : problem(p), true);
    refresh(c.id);
    return "refused";
  }
}

/** @param {{ call: Call }} props */
export function Answers({ call: c }) {
  const [form, open] = useState("");
  const said = notes.value[c.id];
  const line = said?.text ? html`<p class=${said.wrong ? "wrong" : "notice calm"} role="alert">${said.text}</p>` : null;
  if (!connected()) return dock(html`<p class="notice">${t("Not connected: an answer cannot be sent now, and what you see may be old. Telephone the laboratory.")}</p>`);
  if (!c.may.readBack) return dock(html`${line}${h(Cannot, { call: c })}`);
  if (form === "pass") return dock(html`${line}${h(PassOn, { call: c, close: () => open("") })}`);

  if (form === "call") return dock(html`${line}${h(CallMe, { call: c, close: () => open("") })}`);

  // A lease says who is at it. Whether it can be had or not, who may read back may do it at once: typing does not wait
  // for its answer, which the page of the read-back shows if it is a refusal.
  /** @param {string} how */
  const take = (how) => {
    if (how === "act" ? c.may.act : c.may.take) void command(c, "take", { how });
    go(answerAt(c));
  };
  return dock(html`<h2>${t("Your answer")}</h2>${line}${h(Holder, { call: c })}
    <div class="answers">
      ${h(Button, { kind: "primary tall", do: () => take("mine"), children: html`${icon("equal")}<span>${t("Mine: read it back")}</span>` })}
      ${h(Button, { do: () => take("act"), children: html`${icon("check")}<span>${t("Not mine, but I act")}</span>` })}
      ${h(Button, { off: c.may.passOn === false, do: () => open("pass"), children: html`${icon("swap")}<span>${t("Not mine, pass on")}</span>` })}
      ${h(Button, { do: () => open("call"), children: html`${icon("phone")}<span>${t("Call me")}</span>` })}
    </div>
    <p class="note">${t("The call is yours only when you have read it back. Opening this page does not count.")}</p>`);
}

/** CallMe asks the desk to telephone this person. @param {{ call: Call, close: () => void }} props */
function CallMe({ call: c, close }) {
  const [at, type] = useState("");
  const send = async () => {
    if ((await command(c, "take", { how: "call-me", ...(at.trim() ? { at: at.trim() } : {}) })) === "done") {
      note(c.id, t("The laboratory telephones you. The call stays open until it was read back."), false);
      say(t("The laboratory telephones you."));
    }
    close();
  };
  return html`<h2>${t("Call me")}</h2>${h(Field, { id: "call-at", label: t("Where can you be reached?"), hint: t("An extension or a number; empty: where the roster says"), value: at, change: type, more: { inputmode: "tel", maxlength: 40, autocomplete: "off" } })}
    <div class="answers two">${h(Button, { kind: "primary", do: send, children: t("Call me there") })}${h(Button, { do: close, children: t("Back") })}</div>`;
}

/** @param {any} kids */
const dock = (kids) => html`<section class="dock" aria-label=${t("Answer")}>${kids}</section>`;

/** Holder says who has taken the call for now. @param {{ call: Call }} props */
function Holder({ call }) {
  const taken = call.taken;
  if (!taken) return null;
  if (taken.by.id === me.value?.id) return html`<p class="note">${taken.how === "call-me" ? t("The laboratory telephones you.") : t("Yours until {time}: read it back by then.", { time: clock(taken.until, now()) })}</p>`;
  return html`<p class="notice">${t("{who} has taken it and has not read it back yet. You can read it back all the same.", { who: named(taken.by) })}</p>`;
}

/** Cannot says why this person cannot read back, and what they can do instead. @param {{ call: Call }} props */
function Cannot({ call: c }) {
  const [open, show] = useState(false);
  const lab = ofLab() && c.may.why !== "not-fresh" && !me.value?.receives;
  const why = lab ? "The laboratory reports; whoever was called reads it back." : (mayNot[c.may.why ?? ""] ?? "You cannot read this call back.");
  return html`<p class="notice">${t(why)}</p>
    ${c.may.why === "not-fresh" ? h(Button, { kind: "primary tall", do: () => lock("Sign in again, then read back.", true), children: t("Sign in again") }) : null}
    ${(c.may.passOn ?? c.may.called) && c.may.why !== "not-fresh" ? (open ? h(PassOn, { call: c, close: () => show(false) }) : h(Button, { do: () => show(true), children: html`${icon("swap")}<span>${t("Pass it on")}</span>` })) : null}
    ${c.may.glass ? h(Glass, { call: c }) : null}
    ${c.may.end && is("director") ? h(End, { call: c }) : null}`;
}

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
    if (is === "done") {
      note(c.id, t("Passed on. It rings there now; you are not asked again."), false);
      say(t("Passed on."));
    }
    close();
  };
  return html`<h2>${t("Pass it on")}</h2>
    <fieldset class="pick"><legend>${t("Why is it not yours?")}</legend>${Object.entries(passReasons).map(([code, words]) => h(Button, { kind: "slim", pressed: why === code, do: () => choose(code), children: t(words) }))}</fieldset>
    ${h(Choice, { id: "pass-to", label: t("To whom"), value: to, change: pick, options: [["", t("The next one in order")], ...people] })}
    ${why === "other" ? h(Field, { id: "pass-note", label: t("Your reason"), value: text, change: type, more: { maxlength: 200 } }) : null}
    <p class="wrong" role="alert">${missing && !why ? t("Choose why.") : missing && why === "other" && !text.trim() ? t("Say why in a few words.") : ""}</p>
    <div class="answers two">${h(Button, { kind: "primary", do: send, children: t("Pass it on") })}${h(Button, { do: close, children: t("Keep it") })}</div>`;
}

/** @type {[string, string][]} */
const glass = [["emergency", "It is an emergency"], ["covering", "I cover for somebody"], ["asked-to", "I was asked to"], ["other", "Another reason"]];

/** Glass lets a person who was not called look and read back, for a reason that is recorded. @param {{ call?: Call }} props */
export function Glass({ call: c }) {
  const [open, show] = useState(!c);
  const [why, choose] = useState("");
  const [text, type] = useState("");
  const [ref, name] = useState("");
  const [wrong, tell] = useState("");
  if (!open) return h(Button, { do: () => show(true), children: t("I answer for this patient now") });
  const send = async () => {
    if (!why || (why === "other" && !text.trim()) || (!c && !ref.trim())) return tell(t("The reference and why are needed."));
    try {
      const got = await record("glass", { call: c?.id ?? ref.trim().toUpperCase(), reason: why, ...(text.trim() ? { text: text.trim() } : {}) }, crypto.randomUUID());
      refresh();
      tell("");
      go(`call/${String(got.id).replace(/^call\//, "")}`);
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  return html`${c ? null : h(Field, { id: "glass-ref", label: t("Reference of the call"), hint: t("Six characters, such as 7QK2M9"), value: ref, change: name, more: { maxlength: 6, autocapitalize: "characters", autocomplete: "off" } })}
    <fieldset class="pick"><legend>${t("Why do you answer?")}</legend>${glass.map(([code, words]) => h(Button, { kind: "slim", pressed: why === code, do: () => choose(code), children: t(words) }))}</fieldset>
    ${h(Field, { id: "glass-text", label: t("In your words"), hint: t("It is recorded with your name, and the supervisor sees it."), value: text, change: type, more: { maxlength: 200 } })}
    <p class="wrong" role="alert">${wrong}</p><p>${h(Button, { kind: c ? "primary" : "", do: send, children: t("Look at it") })}</p>`;
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
