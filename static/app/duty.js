// Who is on now, and who would get a call at another time, and why.

import { useState } from "preact/hooks";
import { Covers } from "./covers.js";
import { connected, duty, me, now, record } from "./state.js";
import { Button, called, Choice, face, Field, h, Heading, html, icon } from "./ui.js";
import { because, clock, named, problem, t } from "./words.js";

/** @param {string} post */
const postName = (post) => duty.value?.posts.find((p) => p.id === post)?.name ?? post.replace(/^post\//, "");
/** @param {number | undefined} rank */
const rankOf = (rank) => t(["First call", "Second call", "Third call"][rank ?? 0] ?? "Further call");

/** @param {Duty} d */
function until(d) {
  const shift = duty.value?.shifts.find((s) => s.person === d.who.id && s.post === d.post && Date.parse(s.from) <= now() && Date.parse(s.to) > now());
  return shift ? t("until {time}", { time: clock(shift.to, now()) }) : "";
}

export function OnNow() {
  /** @type {Map<string, Duty[]>} */
  const people = new Map();
  for (const d of duty.value?.duty ?? []) people.set(d.who.id, [...(people.get(d.who.id) ?? []), d]);
  const all = [...people.values()];
  return html`<section class="panel" aria-labelledby="on-now"><h2 id="on-now">${t("On now")}</h2>
    ${all.length === 0 ? html`<p class="note">${duty.value ? t("Nobody is on duty. Calls go to the chiefs and to the desk.") : t("Not known yet.")}</p>` : null}
    <ul class="people">${all.map((ds) => html`<li key=${ds[0].who.id}>${face(ds[0].who.name)}<span><b>${named(ds[0].who)}</b>${ds.map((d) => html`<br /><span class="note">${postName(d.post)}, ${rankOf(d.rank)} ${until(d)}</span>`)}</span></li>`)}</ul></section>`;
}

export function DutyPage() {
  return html`<div class="page-head"><div>${h(Heading, { children: t("Who is on") })}<p>${t("Who is called is found anew each time a step fires.")}</p></div></div>
    <div class="columns">${h(OnNow, {})}${h(WhoWould, {})}${me.value?.machine ? null : h(Covers, {})}</div>`;
}

/** WhoWould asks who would get a call from a unit, now or at another time. */
export function WhoWould() {
  const units = [...new Set((duty.value?.posts ?? []).flatMap((p) => (p.unit ? [p.unit] : [])))];
  const [unit, pick] = useState("");
  const [at, set] = useState("");
  const [tier, choose] = useState("critical");
  const [steps, found] = useState(/** @type {any[] | null} */ (null));
  const [say, tell] = useState("");
  const ask = async () => {
    tell("");
    try {
      const a = await record("who", { unit: unit || units[0] || "*", tier, ...(at ? { at: new Date(at).toISOString() } : {}) });
      found(a.steps ?? []);
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  return html`<section class="panel stack" aria-labelledby="who-would"><h2 id="who-would">${t("Who would get this")}</h2>
    <div class="trio">${h(Choice, { id: "would-unit", label: t("Unit"), value: unit || units[0] || "", change: pick, options: [...units.map((u) => /** @type {[string, string]} */ ([u, u])), ["*", t("Any other")]] })}
      ${h(Choice, { id: "would-tier", label: t("Urgency"), value: tier, change: choose, options: [["critical", t("Critical")], ["significant", t("Significant")]] })}
      ${h(Field, { id: "would-at", label: t("At"), type: "datetime-local", hint: t("Empty: now"), value: at, change: set })}</div>
    <p>${h(Button, { kind: "primary", off: !connected(), do: ask, children: t("Who would get it") })}</p>
    <p class="wrong" role="alert">${say}</p>
    ${steps ? html`<ol class="story">${steps.map((s) => html`<li><time>${s.at ? clock(s.at, now()) : s.after !== undefined ? t("after {n} min", { n: Math.round(s.after / 60) }) : ""}</time><span><b>${called({ ask: s.ask ?? "", to: s.to ?? s.people, desk: s.desk })}</b>${s.why ? html`<br /><span class="note">${because(s.why)}</span>` : null}</span></li>`)}</ol>
      ${steps.length === 0 ? html`<p class="notice">${icon("late")} ${t("Nobody. The desk telephones.")}</p>` : null}` : null}</section>`;
}
