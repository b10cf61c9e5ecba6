// Changing a ladder: whom a call asks, in which order, and how long each step waits; and who may receive a read-back.

import { useEffect, useState } from "preact/hooks";
import { connected, duty, is, record } from "./state.js";
import { Button, Choice, Field, h, html, icon } from "./ui.js";
import { asked, problem, t } from "./words.js";

const asks = ["clinician", "ordering", "attending", "unit", "service", "chief", "house", "supervisor", "director", "desk"];
const ranked = (/** @type {string} */ ask) => ask === "unit" || ask === "service" || ask.startsWith("post/");
/** min is seconds as people type them, in minutes. @param {number | undefined} s */
const min = (s) => (s === undefined ? "" : String(Math.round(s / 6) / 10));
/** seconds of minutes as typed; undefined where nothing was. @param {string} text */
const seconds = (text) => (text.trim() ? Math.round(Number(text.trim().replace(",", ".")) * 60) : undefined);

/** Ladders are as they are in force; those who plan may change them. */
export function Ladders() {
  const r = /** @type {Roster} */ (duty.value);
  const [edited, edit] = useState(/** @type {Ladder | null} */ (null));
  const mayEdit = is("supervisor", "director", "administrator");
  const title = (/** @type {Ladder} */ l) => `${l.unit === "*" ? t("Every other unit") : l.unit}${l.service ? `, ${l.service}` : ""}${l.tier ? `, ${t(l.tier)}` : ""}`;
  if (edited) return h(Editor, { ladder: edited, close: () => edit(null) });
  return html`<section class="panel" aria-labelledby="ladders"><h2 id="ladders">${t("Ladders")}</h2><div class="ladders">${(r.ladders ?? []).map((l) => html`<div><h3>${title(l)}</h3>
      <ol class="story tight">${l.steps.map((s, i) => html`<li><time>${t("{n} min", { n: min(l.steps.slice(0, i).reduce((sum, x) => sum + (x.wait ?? 0), 0)) })}</time><span><b>${asked(s.rank ? `${s.ask}+${s.rank}` : s.ask)}</b></span></li>`)}</ol>
      <p class="note">${l.breach ? t("Late for the record after {n} min.", { n: l.breach / 60 }) : ""}</p>
      ${mayEdit ? html`<p>${h(Button, { kind: "slim", off: !connected(), do: () => edit(structuredClone(l)), label: `${t("Change")}: ${title(l)}`, children: t("Change") })}</p>` : null}</div>`)}</div>
    ${mayEdit ? html`<p>${h(Button, { off: !connected(), do: () => edit({ unit: "", steps: [{ ask: "unit", wait: 600 }, { ask: "desk" }] }), children: html`${icon("plus")}<span>${t("A ladder for another unit")}</span>` })}</p>` : null}</section>`;
}

/** @param {{ ladder: Ladder, close: () => void }} props */
function Editor({ ladder, close }) {
  const [l, set] = useState(ladder);
  const [waits, setWaits] = useState(ladder.steps.map((s) => min(s.wait)));
  const [breach, setBreach] = useState(min(ladder.breach));
  const [trouble, tell] = useState("");
  const [sure, ask] = useState(false);
  const fresh = ladder.unit === "";
  const posts = (duty.value?.posts ?? []).map((p) => /** @type {[string, string]} */ ([p.id, p.name]));
  /** @param {Ladder["steps"]} steps @param {string[]} [next] */
  const put = (steps, next = waits) => {
    set({ ...l, steps });
    setWaits(next);
    ask(false);
  };
  const move = (/** @type {number} */ i) => {
    const swap = (/** @type {any[]} */ list) => list.map((x, j) => (j === i - 1 ? list[i] : j === i ? list[i - 1] : x));
    put(swap(l.steps), swap(waits));
  };
  const drop = (/** @type {number} */ i) => put(l.steps.filter((_, j) => j !== i), waits.filter((_, j) => j !== i));
  const whole = () => ({ ...l, unit: l.unit.trim(), steps: l.steps.map((s, i) => ({ ask: s.ask, ...(ranked(s.ask) && s.rank ? { rank: s.rank } : {}), ...(seconds(waits[i]) === undefined ? {} : { wait: seconds(waits[i]) }) })), ...(seconds(breach) === undefined ? {} : { breach: seconds(breach) }) });
  const check = () => {
    const all = whole();
    if (!all.unit) return tell(t("Say for which unit it is."));
    if ([...all.steps.map((s) => s.wait), all.breach].some((n) => Number.isNaN(n))) return tell(t("A time is written in minutes, such as 10."));
    tell("");
    ask(true);
  };
  const send = async () => {
    try {
      await record("ladder.set", { ladder: whole() }, crypto.randomUUID());
      close();
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
      ask(false);
    }
  };
  const options = /** @type {[string, string][]} */ ([...asks.map((a) => [a, asked(a)]), ...posts]);
  return html`<section class="panel stack" aria-labelledby="ladder"><h2 id="ladder">${t("Whom a call asks, in order")}</h2><p class="note">${t("It counts for calls that open from now on; those that are open keep theirs.")}</p>
    <div class="trio">${fresh ? h(Field, { id: "ladder-unit", label: t("Unit"), value: l.unit, change: (unit) => (set({ ...l, unit }), ask(false)), more: { autocomplete: "off", maxlength: 40 } }) : html`<p><b>${l.unit === "*" ? t("Every other unit") : l.unit}</b>${l.tier ? `, ${t(l.tier)}` : ""}</p>`}
      ${h(Field, { id: "ladder-breach", label: t("Late for the record after, min"), value: breach, change: (text) => (setBreach(text), ask(false)), more: { inputmode: "decimal" } })}</div>
    <ol class="ladder-steps">${l.steps.map((s, i) => html`<li key=${i}><fieldset class="trio"><legend class="unseen">${t("Step {n}", { n: i + 1 })}</legend>
      ${h(Choice, { id: `step-ask-${i}`, label: t("Step {n}", { n: i + 1 }), value: s.ask, change: (who) => put(l.steps.map((x, j) => (j === i ? { ...x, ask: who } : x))), options })}
      ${ranked(s.ask) ? h(Choice, { id: `step-rank-${i}`, label: t("Which call"), value: String(s.rank ?? 0), change: (n) => put(l.steps.map((x, j) => (j === i ? { ...x, rank: Number(n) } : x))), options: [["0", t("First call")], ["1", t("Second call")], ["2", t("Third call")]] }) : null}
      ${i === l.steps.length - 1 ? null : h(Field, { id: `step-wait-${i}`, label: t("Waits, min"), value: waits[i], change: (text) => put(l.steps, waits.map((w, j) => (j === i ? text : w))), more: { inputmode: "decimal" } })}
      <p class="row">${i > 0 ? h(Button, { kind: "slim", do: () => move(i), label: `${t("Earlier")}: ${t("Step {n}", { n: i + 1 })}`, children: html`${icon("up")}${t("Earlier")}` }) : null}${l.steps.length > 1 ? h(Button, { kind: "slim", do: () => drop(i), label: `${t("Leave out")}: ${t("Step {n}", { n: i + 1 })}`, children: t("Leave out") }) : null}</p></fieldset></li>`)}</ol>
    <p>${h(Button, { kind: "slim", do: () => put([...l.steps, { ask: "desk" }], [...waits, ""]), children: html`${icon("plus")}<span>${t("One more step")}</span>` })}</p>
    <p class="wrong" role="alert">${trouble}</p>
    ${sure ? html`<p class="notice">${t("Then it asks: {steps}.", { steps: whole().steps.map((s) => asked(s.rank ? `${s.ask}+${s.rank}` : s.ask)).join(" → ") })}</p>` : null}
    <p class="row">${sure ? h(Button, { kind: "primary", off: !connected(), do: send, children: t("Put it in force") }) : h(Button, { kind: "primary", do: check, children: t("Look at it once more") })}${h(Button, { do: close, children: t("Leave it as it was") })}</p></section>`;
}

const professions = ["physician", "nurse", "midwife", "pharmacist"];

/** Receiving is who may receive a read-back, by profession; a director decides it. */
export function Receiving() {
  const [had, found] = useState(/** @type {string[] | null} */ (null));
  const [now, choose] = useState(/** @type {string[]} */ ([]));
  const [trouble, tell] = useState("");
  useEffect(() => {
    if (connected()) record("people", {}).then((a) => (found(a.receiving ?? []), choose(a.receiving ?? [])), (p) => tell(problem(p)));
  }, [connected()]);
  if (!had) return trouble ? html`<p class="wrong">${trouble}</p>` : null;
  const all = [...new Set([...professions, ...had])];
  const same = had.length === now.length && had.every((p) => now.includes(p));
  const send = async () => {
    tell("");
    try {
      await record("receiving.set", { professions: now }, crypto.randomUUID());
      found(now);
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  return html`<section class="panel stack" aria-labelledby="receiving"><h2 id="receiving">${t("Who may read back")}</h2>
    <fieldset class="pick"><legend>${t("By profession")}</legend>${all.map((p) => h(Button, { kind: "slim", pressed: now.includes(p), off: !is("director"), do: () => choose(now.includes(p) ? now.filter((x) => x !== p) : [...now, p]), children: t(p) }))}</fieldset>
    <p class="note">${is("director") ? t("Whoever has no profession noted may if their admission says so.") : t("A director decides this.")}</p><p class="wrong" role="alert">${trouble}</p>
    ${is("director") ? html`<p>${h(Button, { kind: "primary", off: same || now.length === 0 || !connected(), do: send, children: t("Put it in force") })}</p>` : null}</section>`;
}

