// The telephone path: say the value, hear it back with the value covered, compare. Going back is a new attempt.

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { asked } from "./draft.js";
import { connected, duty, me, now, record, refresh, say, site } from "./state.js";
import { difficulties } from "./story.js";
import { Button, Choice, cover, Field, h, html, icon, tailOf, value } from "./ui.js";
import { born, exact, locale, named, problem, sent, t } from "./words.js";

const roles = ["physician", "nurse", "midwife", "pharmacist"];

/** What is being telephoned, by call, outside of the list: a call changes its place while somebody is on the line. */
const phones = signal(/** @type {Map<string, Record<string, any>>} */ (new Map()));
me.subscribe((is) => {
  if (!is) phones.value = new Map(); // somebody else's
});
/** @param {string} id @param {Record<string, any>} news */
const put = (id, news) => {
  phones.value = new Map(phones.value).set(id, { ...phones.value.get(id), ...news });
};
/** telephoning tells whether a call is being telephoned here, and whether its value is covered while somebody listens. @param {string} id */
export const telephoning = (id) => ({ open: phones.value.has(id), hears: phones.value.get(id)?.step === "hear" });
/** telephone begins or ends it here. @param {string} id @param {boolean} is */
export function telephone(id, is) {
  if (is) return put(id, {});
  const rest = new Map(phones.value);
  rest.delete(id);
  phones.value = rest;
}

/** @param {{ call: Call }} props */
export function Phone({ call: c }) {
  const own = phones.value.get(c.id) ?? {};
  const close = () => telephone(c.id, false);
  /** @template T @param {string} name @param {T} first @returns {[T, (value: T) => void]} */
  const kept = (name, first) => [own[name] ?? first, (value) => put(c.id, { [name]: value })];
  const [attempt, begin] = kept("attempt", /** @type {number | null} */ (null));
  const [step, go] = kept("step", "dial");
  const [heard, hear] = kept("heard", /** @type {Record<string, string>} */ ({}));
  const [tail, setTail] = kept("tail", "");
  const [name, setName] = kept("name", "");
  const [role, setRole] = kept("role", "");
  const [whom, choose] = kept("whom", c.task?.for?.id ?? "");
  const [trouble, refuse] = kept("trouble", "");
  const [differs, differ] = kept("differs", /** @type {string[]} */ ([]));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const key = useRef("");
  useLayoutEffect(() => {
    // at once, or the focus is taken from who is quick with the keys
    /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector(".now h3"))?.focus();
  }, [step]);

  const people = [...new Map([...(c.task?.for ? [c.task.for] : []), ...c.rungs.flatMap((r) => (r.ask === "desk" || r.desk ? [] : (r.to ?? []))), ...(duty.value?.duty ?? []).filter((d) => d.post !== "post/desk").map((d) => d.who)].filter((p) => p.id !== me.value?.id).map((p) => [p.id, p])).values()];
  const begins = async () => {
    const a = await record("telephone.begin", { call: c.id, version: c.version, ...(whom ? { to: whom } : {}), ...(c.task?.phone && c.task.for?.id === whom ? { at: c.task.phone } : {}) }, crypto.randomUUID());
    begin(a.attempt);
    return a.attempt;
  };
  const start = async () => {
    refuse("");
    try {
      await begins();
      clear();
      go("say");
    } catch (p) {
      refuse(problem(/** @type {Problem} */ (p)));
    }
  };
  const clear = () => {
    hear({});
    setTail("");
    differ([]);
    key.current = "";
  };
  const results = asked(c);
  const compare = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const empty = results.some((r) => !(heard[r.id] ?? "").trim()) || !tail.trim();
    if (empty) return refuse(t("Type what you heard: every value, and the last four characters."));
    if (!whom && name.trim().split(/\s+/).length < 2) return refuse(t("A full name is needed. A first name is not enough."));
    if (!role) return refuse(t("Ask for the role of who is on the line, and choose it."));
    key.current ||= crypto.randomUUID();
    refuse("");
    try {
      await record("telephone", { call: c.id, version: c.version, attempt, receiver: { ...(whom ? { person: whom, known: "roster" } : { name: name.trim(), known: "spoken" }), role }, values: heard, tail, entered: "spoken", locale: locale() }, key.current);
      say(t("Told and repeated. The call is closed."));
      close();
    } catch (err) {
      const p = /** @type {Problem} */ (err);
      if (p.code === "mismatch") {
        if (p.facts?.attempt) begin(p.facts.attempt);
        differ((p.facts?.fields ?? []).map((/** @type {Differs} */ f) => f.field));
        refuse(t("What you heard differs. Say it again, slowly; it is a new attempt."));
        say(t("What you heard differs."), true);
      } else refuse(problem(p));
      if (p.code !== "no-answer") key.current = "";
    }
    refresh(c.id);
  };
  const failed = async (/** @type {string} */ difficulty) => {
    refuse("");
    try {
      await record("telephone.failed", { call: c.id, attempt: attempt ?? (await begins()), difficulty }, crypto.randomUUID());
      say(t("The try is kept."));
      begin(null);
      clear();
      go("dial");
    } catch (p) {
      refuse(problem(/** @type {Problem} */ (p)));
    }
    refresh(c.id);
  };
  const next = c.next?.ask !== "desk" && !c.next?.desk && c.next?.to?.length ? c.next.to.map(named).join(", ") : "";
  const hide = step === "hear";
  const tailText = tailOf(c.patient.identifiers?.[0])[1];
  const nth = ["dial", "say", "hear"].indexOf(step);
  const state = (/** @type {number} */ n) => (n < nth ? "past" : n === nth ? "now" : "");

  return html`<form class="phone" ref=${form} novalidate onSubmit=${compare} autocomplete="off" aria-label=${t("Telephone it")}>
    <ol class="steps"><li class=${state(0)}><h3 tabindex="-1">${t("Dial")}</h3>
        ${step === "dial" ? h(Choice, { id: `whom-${c.ref}`, label: t("Whom do you telephone?"), value: whom, change: choose, options: [["", t("The ward, or somebody else")], ...people.map((p) => /** @type {[string, string]} */ ([p.id, named(p)]))] }) : null}
        <p class="soft">${whom ? named(people.find((p) => p.id === whom)) : t("Whoever covers {unit}", { unit: c.unitNow || c.unit || t("the patient") })}${c.task?.phone ? html`, <b>${c.task.phone}</b>` : ""}${next ? `. ${t("Next in order: {who}.", { who: next })}` : ""}</p>
        ${step === "dial" ? html`<p class="row">${h(Button, { kind: "primary", off: !connected(), do: start, children: html`${icon("phone")}<span>${t("Somebody answers: what to say")}</span>` })}${h(Button, { kind: "bare", do: close, children: t("Not now") })}</p>` : null}</li>
      <li class=${state(1)}><h3 tabindex="-1">${t("Say")}</h3>
        ${step === "dial" ? null : html`<div class="say"><p>${t("This is {who}, laboratory {site}, with a critical result. Please write it down.", { who: me.value?.name ?? "", site: site.value })}</p>
          <p><b><bdi>${c.patient.name || t("Name not sent")}</bdi></b>${c.patient.born ? `, ${t("born {date}", { date: born(c.patient.born) })}` : ""}, ${t("record number ending")} ${hide ? cover(t("End of the record number")) : html`<b class="number">${tailText}</b>`}</p>
          ${results.map((r) => html`<p>${r.label} ${hide ? cover(t("Value")) : value(r.value, r.unit, "small")}${r.taken ? `, ${t("taken {time}", { time: sent(r.taken, now()) })}` : ""}.</p>`)}
          <p>${t("Please read the value and the last four characters back to me, and tell me your full name and role.")}</p></div>
          ${step === "say" ? html`<p>${h(Button, { kind: "primary", do: () => go("hear"), children: t("Said. Now I listen (covers the value)") })}</p>`
            : html`<p>${h(Button, { kind: "bare slim", do: start, children: html`${icon("eye")}${t("Show it again (clears what you typed)")}` })}</p>`}`}</li></ol>
    <ol class="steps" start="3"><li class=${state(2)}><h3 tabindex="-1">${t("Type what you hear")}</h3>
        ${step === "hear" ? html`<div class="pair">${results.map((r) => h(Field, { key: r.id, id: `heard-${r.id}`, label: `${results.length > 1 ? r.label : t("Value")}${r.unit ? `, ${r.unit}` : ""}`, value: heard[r.id] ?? "", wrong: differs.includes(`values.${r.id}`), change: (text) => hear({ ...heard, [r.id]: text }), more: { autocomplete: "off", inputmode: "decimal", maxlength: 40 } }))}
            ${h(Field, { id: `heard-tail-${c.ref}`, label: t("Last four characters"), value: tail, wrong: differs.includes("tail"), change: setTail, more: { autocomplete: "off", maxlength: 10 } })}</div>
          ${whom ? html`<p class="note">${t("On the line: {who}.", { who: named(people.find((p) => p.id === whom)) })} <button type="button" class="text" onClick=${() => choose("")}>${t("It is somebody else")}</button></p>` : null}
          <div class="pair">${whom ? null : h(Field, { id: `receiver-${c.ref}`, label: t("Who is on the line"), hint: t("Full name. A first name is not enough."), value: name, change: setName, more: { autocomplete: "off", autocapitalize: "words", maxlength: 80 } })}
            ${h(Choice, { id: `role-${c.ref}`, label: t("Role"), value: role, change: setRole, options: [["", t("Choose")], ...roles.map((r) => /** @type {[string, string]} */ ([r, t(r)]))] })}</div>
          <button class="button primary" type="submit" aria-disabled=${connected() ? undefined : "true"}>${icon("equal")}<span>${t("Compare")}</span></button>` : null}
        <p class="wrong" role="alert">${trouble}</p></li>
      <li><h3>${t("Or: it did not work")}</h3><div class="pick">${Object.entries(difficulties).map(([code, words]) => h(Button, { kind: "slim", off: !connected(), do: () => failed(code), children: t(words) }))}</div>
        <p class="note">${t("Each try is kept. Since {time}.", { time: exact(c.opened, now()) })}</p></li></ol></form>`;
}
