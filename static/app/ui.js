// Pieces that several screens show. Elements are written with html, components with h, so that their props are checked.

import htm from "htm";
import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { paths } from "./icons.js";
import { connected, me, now, second } from "./state.js";
import { urgency } from "./urgency.js";
import { age, asked, because, born, clock, limit, named, outcomeWord, span, t } from "./words.js";

export { h };
export const html = htm.bind(h);

/** @typedef {import("preact").ComponentChildren} Kids */

/** Icon is a picture beside a word; it says nothing by itself. @param {{ name: string, size?: string }} props */
export function Icon({ name, size }) {
  const [how, d] = paths[name] ?? paths.significant;
  return html`<svg viewBox="0 0 24 24" class=${`icon ${how} ${size ?? ""}`} aria-hidden="true"><path d=${d} /></svg>`;
}
/** @param {string} name @param {string} [size] */
export const icon = (name, size) => h(Icon, { name, size });

/** Button does one thing; its words say which. @param {{ do: () => void, kind?: string, off?: boolean, label?: string, expanded?: boolean, pressed?: boolean, id?: string, children?: Kids }} props */
export function Button(props) {
  const press = () => !props.off && props.do();
  return html`<button type="button" id=${props.id} class=${`button ${props.kind ?? ""}`} onClick=${press} aria-disabled=${props.off ? "true" : undefined} aria-label=${props.label}
    aria-expanded=${props.expanded} aria-pressed=${props.pressed}>${props.children}</button>`;
}

/** value keeps a value and its unit together. @param {string | undefined} text @param {string} [unit] @param {string} [size] */
export const value = (text, unit, size = "") => html`<span class=${`value ${size}`}><b>${text || t("no value")}</b>${unit ? html`<span class="unit"> ${unit}</span>` : null}</span>`;

/** @param {string} what */
export const cover = (what) => html`<span class="covered">${icon("hidden")}<span class="unseen">${what}: </span><span>${t("covered")}</span></span>`;

/** sense says on which side of the limit a value lies, by the words of the limit itself. @param {Result} r */
export function sense(r) {
  const side = /^(may be )?(at or )?(above|below)/.exec(r.why ?? "")?.[3];
  if (r.outcome === "withdrawn") return html`<span class="sense">${t("Withdrawn")}</span>`;
  if (r.outcome === "normal") return html`<span class="sense calm">${t("No longer critical")}</span>`;
  if (!side) return null;
  return html`<span class="sense">${icon(side === "above" ? "up" : "down")}${side === "above" ? t("High") : t("Low")}</span>`;
}

/** tailOf splits an identifier before its last four letters or digits, which are read back. @param {string} [identifier] */
export function tailOf(identifier = "") {
  const all = [...identifier];
  let left = 4;
  let i = all.length;
  while (i > 0 && left > 0) if (/[\p{L}\p{N}]/u.test(all[--i])) left--;
  return [all.slice(0, i).join(""), all.slice(i).join("")];
}

/** @param {string | undefined} text @param {boolean} [hide] */
export function identifier(text, hide) {
  const [head, tail] = tailOf(text);
  return html`<span class="number"><bdi>${head}</bdi>${hide ? cover(t("End of the record number")) : html`<span class="tail">${tail}</span>`}</span>`;
}

/** @param {Call} c */
export const labels = (c) => c.results.map((r) => r.label || r.loinc || t("Result")).join(", ");

/** @param {Call} c */
export const patientName = (c) => (c.patient.identified ? c.patient.name || t("Name not sent") : t("Patient not identified"));

/** @param {Call} c */
const accession = (c) => c.results.map((r) => r.accession).filter(Boolean)[0] ?? t("not sent");

/** who is the patient in three lines. @param {Call} c @param {boolean} [hide] */
export function who(c, hide) {
  const p = c.patient;
  return html`<p class="patient"><b class="name"><bdi>${patientName(c)}</bdi></b><br />
    ${p.born ? html`${t("born {date}", { date: born(p.born) })}${p.sex ? `, ${p.sex}` : ""}<br />` : null}
    ${p.identifiers?.length ? html`${t("No.")} ${identifier(p.identifiers[0], hide)}` : html`${t("Accession")} ${accession(c)}`}</p>`;
}

/** row is one fact with its label. @param {string} label @param {Kids} what */
export const fact = (label, what) => (what ? html`<div><dt>${label}</dt><dd>${what}</dd></div>` : null);

/** facts are the patient's identifiers and place, with their labels. @param {Call} c @param {boolean} [hide] */
export function facts(c, hide) {
  const p = c.patient;
  const years = age(p.born, now());
  const more = [years, p.sex].filter(Boolean).join(", ");
  return html`<dl class="facts">
    ${p.born ? fact(t("Born"), html`${born(p.born)}${more ? html` <span class="soft">(${more})</span>` : null}`) : null}
    ${p.identifiers?.length ? fact(t("Record number"), identifier(p.identifiers[0], hide)) : fact(t("Accession"), accession(c))}
    ${(p.identifiers ?? []).slice(1).map((n) => fact(t("Other number"), html`<span class="number"><bdi>${n}</bdi></span>`))}
    ${c.unit ? fact(t("Where"), c.unitNow ? t("{now}, was {before} when it was reported", { now: c.unitNow, before: c.unit }) : c.unit) : null}
  </dl>`;
}

/** Due is the time left or past, in figures and a word; as it was when not connected. brief leaves "late" out where it stands beside. @param {{ call: Call, brief?: boolean }} props */
export function Due({ call, brief }) {
  const at = Math.max(second.value, now());
  if (!connected()) return html`<span class="left"><small>${t("opened {time}", { time: clock(call.opened, at) })}</small></span>`;
  const { kind, at: until } = urgency(call, at);
  const late = kind === "late";
  return html`<span class="left">${span(late ? at - until : until - at)}${late && brief ? null : html`<small> ${late ? t("late") : t("left")}</small>`}</span>`;
}
/** @param {Call} call @param {boolean} [brief] */
export const due = (call, brief) => h(Due, { call, brief });

/** @type {Record<string, string>} */
export const kinds = { late: "Late", critical: "Critical", significant: "Significant" };

/** kindOf is a call's kind with its shape. @param {Call} c */
export function kindOf(c) {
  const { kind } = urgency(c, now());
  return html`<span>${icon(kind)}${connected() || kind !== "late" ? t(kinds[kind]) : t("Was late")}${c.corrects ? html`<span class="tag plain">${t("Correction")}</span>` : null}</span>`;
}

/** called is whom a rung, or the next step, asks: "You", "Dr Lena Brandt", "Laboratory desk". @param {{ ask: string, to?: Name[], desk?: boolean }} rung */
export function called(rung) {
  if (rung.ask === "desk") return t("Laboratory desk");
  const to = rung.to ?? [];
  const names = to.slice(0, 2).map((p) => (p.id === me.value?.id ? t("You") : named(p)));
  if (to.length > 2) names.push(t("{n} more", { n: to.length - 2 }));
  const whom = names.length ? names.join(", ") : asked(rung.ask);
  return rung.desk ? t("{who} and the desk", { who: whom }) : whom;
}

/** Ladder is who was asked, who is asked now, and who is next: the last three rungs and the next step. @param {{ call: Call }} props */
export function Ladder({ call }) {
  const at = Math.max(second.value, now());
  const past = call.rungs.slice(-3);
  const ref = useRef(/** @type {HTMLOListElement | null} */ (null));
  const from = Date.parse(past.at(-1)?.at ?? call.opened);
  const to = call.next ? Date.parse(call.next.at) : from;
  const fill = Math.round(100 * Math.min(1, Math.max(0, (at - from) / Math.max(1, to - from))));
  useEffect(() => ref.current?.style.setProperty("--fill", String(fill)), [fill]);
  return html`<ol class="ladder" ref=${ref} aria-label=${t("Who is asked, step by step")}>
    ${past.map((r, i) => html`<li class=${i === past.length - 1 && call.standing === "open" ? "now" : "past"}>${called(r)}<br /><span>${clock(r.at, at)}</span></li>`)}
    ${call.next ? html`<li>${called(call.next)}<br /><span>${clock(call.next.at, at)}${connected() ? "" : t(", planned")}</span></li>` : null}</ol>`;
}

/** then is the next step in a sentence. @param {Call} c */
export function then(c) {
  if (!c.next) return t("The laboratory is asked again until somebody answers.");
  const time = clock(c.next.at, now());
  if (c.next.ask === "desk") return c.rungs.some((r) => r.ask === "desk") ? t("At {time} the laboratory desk is told again to telephone.", { time }) : t("At {time} the laboratory desk is told to telephone.", { time });
  const whom = called(c.next);
  if (whom === t("You")) return t("At {time} you are called too.", { time });
  return t(whom.includes(",") ? "At {time} {who} are called too." : "At {time} {who} is called too.", { time, who: whom });
}

/** outcome is how a call ended, in words. @param {Call} c */
export function outcome(c) {
  const mine = c.owner?.id === me.value?.id;
  if (c.outcome === "read-back") return mine ? t("Read back by you") : t("Read back by {who}", { who: named(c.owner) });
  if (c.outcome === "telephoned") return t("Told by telephone, by {who}", { who: mine ? t("You") : named(c.owner) });
  return t("Ended by {who}: {why}", { who: c.owner?.name ?? t("a director"), why: outcomeWord(c.outcome) });
}

/** why lists why a result is critical. @param {Result} r */
export const why = (r) => (r.why ? html`<p class="why">${icon("critical")}<span>${limit(r.why)}.</span></p>` : null);

/** rungWhy is why somebody was asked. @param {string} text */
export const rungWhy = (text) => (text ? html`<br /><span class="note">${because(text)}</span>` : null);

/** receiptOf leads to the receipt of a call that is over. @param {Call} c @param {string} [kind] */
export const receiptOf = (c, kind = "") => html`<a class=${`button ${kind} noprint`} href=${`/api/receipt/call/${encodeURIComponent(c.id.replace(/^call\//, ""))}`} download=${`readback-receipt-${c.ref}.json`}>${icon("keep")}<span>${t("Keep the receipt")}</span></a>`;

/**
 * Few shows the first of many, and more as one scrolls there: hundreds of calls that each count down would keep a phone busy.
 * @param {{ all: Call[], part: (call: Call) => any }} props
 */
export function Few({ all, part }) {
  const step = 30;
  const [most, show] = useState(step);
  const end = useRef(/** @type {HTMLElement | null} */ (null));
  const left = all.length - most;
  useEffect(() => {
    if (!end.current) return;
    const near = new IntersectionObserver((found) => found.some((e) => e.isIntersecting) && show((n) => n + step), { rootMargin: "600px" });
    near.observe(end.current);
    return () => near.disconnect();
  }, [most, left > 0]);
  return html`${all.slice(0, most).map(part)}${left > 0 ? html`<p ref=${end}><button type="button" class="button" onClick=${() => show(most + step)}>${t("and {n} more", { n: left })}</button></p>` : null}`;
}

/** Heading is a page's first line; it gets the focus when the page is new. @param {{ children?: Kids, kind?: string }} props */
export const Heading = ({ children, kind }) => html`<h1 tabindex="-1" class=${kind}>${children}</h1>`;

/** Field is a labelled input of a form that is no read-back. @param {{ id: string, label: string, hint?: string, type?: string, value?: string, change?: (text: string) => void, wrong?: boolean, more?: Record<string, any> }} props */
export function Field({ id, label, hint, type = "text", value: text, change, wrong, more }) {
  return html`<div class=${`field ${wrong ? "bad" : ""}`}><label for=${id}>${label}</label>
    <input id=${id} name=${id} type=${type} autocapitalize="none" spellcheck="false" aria-describedby=${hint ? `${id}-hint` : undefined} aria-invalid=${wrong ? "true" : undefined}
      value=${text} onInput=${change && ((/** @type {any} */ e) => change(e.target.value))} ...${more} />
    ${hint ? html`<span class="hint" id=${`${id}-hint`}>${hint}</span>` : null}</div>`;
}

/** Choice is a labelled list to choose from. @param {{ id: string, label: string, value: string, options: [string, string][], change: (value: string) => void }} props */
export const Choice = ({ id, label, value: chosen, options, change }) => html`<div class="field"><label for=${id}>${label}</label>
  <select id=${id} value=${chosen} onChange=${(/** @type {any} */ e) => change(e.target.value)}>${options.map(([v, words]) => html`<option value=${v} selected=${v === chosen}>${words}</option>`)}</select></div>`;

/** face is a person's initials. @param {string | undefined} name @param {string} [kind] */
export const face = (name, kind = "plain") => html`<span class=${`face ${kind}`} aria-hidden="true">${(name ?? "").replace(/^(Dr|Prof)\.? /, "").split(/\s+/).map((w) => w[0]).slice(0, 2).join("")}</span>`;
