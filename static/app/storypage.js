// One call from its result to its end, as the ledger tells it: a picture of time, every entry in order, and what its record
// has. It holds nothing of the patient.

import { useEffect, useState } from "preact/hooks";
import { callAt, go } from "./route.js";
import { calls, connected, find, now, ofLab, record } from "./state.js";
import { difficulties, passReasons } from "./story.js";
import { Button, Field, h, Heading, html, icon } from "./ui.js";
import { because, capital, day, exact, known, lang, named, problem, span, t, took } from "./words.js";

/** @typedef {{ seq: number, at: string, occurred?: string, after: number, kind: string, by: Name, via: string, what: string, who?: Name[], why?: string, version?: number, erased?: boolean }} Fact */
/** @typedef {{ call: string, ref: string, unit?: string, tier: string, analytes: string[], standing: string, method?: string, opened: string, conveyed?: string, took?: number, target?: number, late?: number, occurred?: boolean, erased?: boolean, facts: Fact[], fields: { field: string, say: string, state: string }[], have: number }} Story */

/** lanes are the rows of the picture, with the kinds of entry that each shows. @type {[string, string[]][]} */
const lanes = [
  ["Result", ["reported", "opened", "corrected", "identified", "held", "rerun", "released", "withdrawn"]],
  ["Called", ["called", "escalated", "passed-on"]],
  ["Delivered", ["delivered", "missed"]],
  ["Seen", ["seen", "taken", "looked-at"]],
  ["Telephone", ["attempted", "attempt-failed", "telephoned"]],
  ["Read-back", ["mismatched", "read-back", "closed", "ended"]],
];
const went = ["read-back", "telephoned", "closed", "ended"];
const failed = ["escalated", "missed", "attempt-failed", "mismatched"];

/** @param {Fact} f */
const word = (f) => f.kind.replace(/^\w+\./, "");

/** sentence is what an entry says: the server's words in English, this app's in another language. @param {Fact} f */
function sentence(f) {
  if (lang.value === "en") return f.what.replace(/\.$/, "");
  const who = (f.who ?? []).map(named).join(", ");
  return (known(`fact ${word(f)}`) ?? f.what.replace(/\.$/, "")).replace("{by}", named(f.by)).replace("{who}", who || t("the desk"));
}

/** cause is why, in words: a code of ours, or whose step it was. @param {Fact} f */
function cause(f) {
  const code = f.why ?? "";
  const coded = passReasons[code] ?? difficulties[code];
  if (coded) return t(coded);
  if (["reported", "opened", "corrected", "closed"].includes(word(f))) return ""; // the rule's own name, or what stands above
  return /^[a-z-]+$/.test(code) ? (known(code) ?? capital(code.replaceAll("-", " "))) : because(code);
}

/** @param {{ id: string }} props */
export function StoryPage({ id }) {
  const [s, found] = useState(/** @type {Story | null} */ (null));
  const [say, tell] = useState("");
  const call = id.includes("/") ? `call/${id}` : id;
  const grown = find(call)?.timeline?.length; // of an open call: told anew when something happens to it
  useEffect(() => {
    found(null);
    tell("");
  }, [id]);
  useEffect(() => {
    if (connected() && id) record("story", { call }).then((x) => (found(x), tell("")), (p) => tell(problem(p)));
  }, [id, grown, connected()]);
  if (!id) return html`<div class="page-head">${h(Heading, { children: t("The story of a call") })}</div>${h(Seek, {})}`;
  if (!s) return html`<div class="page-head">${h(Heading, { children: t("The story of a call") })}</div><p class=${say ? "wrong" : "note"} role="alert">${say || t("One moment")}</p>${say ? h(Seek, {}) : null}`;
  const end = s.facts.find((f) => ["read-back", "telephoned", "ended"].includes(word(f)));
  const c = calls.value.find((x) => x.id === s.call);
  return html`<button type="button" class="back noprint" onClick=${() => history.back()}>${icon("back")}<span>${t("Back")}</span></button>
    <div class="page-head"><div><p class="row">${h(Fate, { story: s })}</p>
        ${h(Heading, { children: `${s.analytes.join(", ")}${s.unit ? `, ${s.unit}` : ""}${s.took ? `, ${took(s.took * 1000)}` : ""}` })}
        <p>${t("Call {ref}, {day}. Nothing about the patient stands here.", { ref: s.ref, day: day(s.opened) })}</p></div>
      <p class="row noprint">${c && ofLab() ? h(Button, { do: () => go(callAt(c)), children: html`${t("The call")}${icon("next")}` }) : null}${h(Button, { do: () => print(), children: html`${icon("print")}<span>${t("Print this page")}</span>` })}
        ${end && ofLab() ? html`<a class="button primary" href=${`/api/receipt/${end.seq}`} download=${`readback-receipt-${end.seq}.json`}>${icon("keep")}<span>${t("Keep the receipt")}</span></a>` : null}</p></div>
    <section class="panel" aria-labelledby="time"><div class="panel-head"><h2 id="time">${t("In time")}</h2><p class="note">${s.target ? t("Target: {time} from the result", { time: span(s.target * 1000) }) : ""}</p></div>${h(Picture, { story: s })}</section>
    <div class="columns story-columns"><section class="panel" aria-labelledby="happened"><h2 id="happened">${t("What happened")}</h2>
        <ol class="chronicle">${s.facts.map((f) => h(Row, { key: f.seq, fact: f }))}</ol></section>
      ${h(Complete, { story: s })}</div>`;
}

/** Seek asks for a call by its reference. */
function Seek() {
  const [ref, type] = useState("");
  const open = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (ref.trim()) go(`story/${ref.trim().toUpperCase()}`);
  };
  return html`<form class="panel stack" novalidate onSubmit=${open}>${h(Field, { id: "story-ref", label: t("Reference of the call"), hint: t("Six characters, such as 7QK2M9"), value: ref, change: type, more: { maxlength: 6, autocapitalize: "characters", autocomplete: "off" } })}
    <p><button class="button primary" type="submit">${t("Show its story")}</button></p></form>`;
}

/** @param {{ story: Story }} props */
function Fate({ story: s }) {
  const how = s.standing === "open" ? html`<span class="tag plain">${icon("critical")}${t("Open")}</span>`
    : s.standing === "ended" ? html`<span class="tag plain">${icon("done")}${t("Ended without a read-back")}</span>`
      : html`<span class="tag plain ready">${icon("equal")}${s.method === "telephoned" ? t("Told by telephone") : t("Read back, and it matches")}</span>`;
  return html`${s.late ? html`<span class="tag late">${icon("late")}${t("Missed the target by {time}", { time: took(s.late * 1000) })}</span>` : null}${how}
    ${s.occurred ? html`<span class="note">${t("The time was told afterwards.")}</span>` : null}`;
}

/** plus is how long after the call was opened. @param {number} seconds */
const plus = (seconds) => (seconds <= -1 ? `− ${span(-seconds * 1000)}` : `+ ${span(Math.max(0, seconds) * 1000)}`);

/** @param {{ fact: Fact }} props */
function Row({ fact: f }) {
  const kind = word(f);
  const shape = failed.includes(kind) ? (kind === "mismatched" ? "unequal" : "significant") : went.includes(kind) ? "equal" : ["attempted", "telephoned"].includes(kind) ? "phone" : kind === "called" ? "bell" : kind === "seen" || kind === "looked-at" ? "eye" : "live";
  return html`<li class=${failed.includes(kind) ? "bad" : went.includes(kind) ? "good" : ""}><p class="when"><time>${exact(f.occurred ?? f.at, now())}</time><span class="note">${plus(f.after)}</span></p><span class="mark">${icon(shape)}</span>
    <p><b>${sentence(f)}</b>${f.who?.length && ["called", "missed", "delivered", "attempted", "noticed"].includes(kind) && lang.value === "en" && !f.what.includes(named(f.who[0])) ? `: ${f.who.map(named).join(", ")}` : ""}${cause(f) ? html`<br /><span class="note">${cause(f)}</span>` : null}
      <br /><span class="note number">${t("entry {n}", { n: f.seq })}${f.erased ? `, ${t("what it sealed was erased")}` : ""}</span></p></li>`;
}

/** @param {{ story: Story }} props */
function Picture({ story: s }) {
  const [w, left, right, tall] = [820, 110, 800, 40];
  const shown = s.facts.filter((f) => lanes.some(([, kinds]) => kinds.includes(word(f))));
  const rows = lanes.filter(([, kinds]) => shown.some((f) => kinds.includes(word(f))) || kinds.includes("read-back"));
  const ends = Math.max(...shown.map((f) => f.after), s.standing === "open" ? (now() - Date.parse(s.opened)) / 1000 : 0, (s.target ?? 0) * 1.05, 60);
  const from = -0.08 * ends; // what was earlier stands at the edge
  const x = (/** @type {number} */ after) => Math.round(left + ((Math.max(after, from) - from) / (ends - from)) * (right - left));
  const y = (/** @type {number} */ i) => 30 + i * tall;
  const foot = y(rows.length - 1) + 30;
  const target = s.target ? s.target - ((s.took ?? 0) - (Date.parse(s.conveyed ?? s.opened) - Date.parse(s.opened)) / 1000) * (s.took ? 1 : 0) : 0; // the target counts from the result
  const step = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400].find((n) => ends / n <= 7) ?? 604_800;
  const marks = Array.from({ length: Math.floor(ends / step) + 1 }, (_, i) => i * step);
  const said = shown.map((f) => `${sentence(f)}, ${plus(f.after)}`).join("; ");
  return html`<figure class="picture wide"><div class="scroll" tabindex="0" role="group" aria-label=${t("In time")}><svg viewBox=${`0 0 ${w} ${foot + 34}`} role="img" aria-label=${said}>
    ${target > 0 && target < ends ? html`<rect class="p-past" x=${x(target)} y="8" width=${right - x(target)} height=${foot - 8} /><path class="p-aim" d=${`M${x(target)} 8V${foot}`} /><text class="aim" x=${x(target) - 5} y="20" text-anchor="end">${t("target")}</text>` : null}
    ${marks.map((m) => html`<path class="p-grid" d=${`M${x(m)} ${y(0) - 14}V${foot}`} /><text x=${x(m)} y=${foot + 20} text-anchor="middle">${m === 0 ? t("opened") : span(m * 1000)}</text>`)}
    ${rows.map(([label, kinds], i) => html`<path class="p-grid" d=${`M${left} ${y(i)}H${right}`} /><text x="4" y=${y(i) + 5}>${t(label)}</text>
      ${shown.filter((f) => kinds.includes(word(f))).map((f) => (failed.includes(word(f)) ? html`<path class="p-now" d=${`M${x(f.after)} ${y(i) - 9}l9 9-9 9-9-9z`} />` : went.includes(word(f)) ? html`<circle class="p-good" cx=${x(f.after)} cy=${y(i)} r="8" />` : html`<circle class="p-dot" cx=${x(f.after)} cy=${y(i)} r="6" />`))}`)}
    <path class="p-axis" d=${`M${left} ${foot}H${right}`} /></svg></div>
    <details><summary>${icon("next")}${t("The same as a table")}</summary><div class="scroll" tabindex="0" role="group" aria-label=${t("The same as a table")}><table><thead><tr><th scope="col">${t("Time")}</th><th scope="col">${t("After opening")}</th><th scope="col">${t("What happened")}</th></tr></thead>
      <tbody>${shown.map((f) => html`<tr key=${f.seq}><th scope="row">${exact(f.occurred ?? f.at, now())}</th><td>${plus(f.after)}</td><td>${sentence(f)}</td></tr>`)}</tbody></table></div></details></figure>`;
}

/** Complete is which fields of its record there are. @param {{ story: Story }} props */
function Complete({ story: s }) {
  if (s.fields.length === 0) return html`<section class="panel"><h2>${t("Is the record complete?")}</h2><p class="note">${t("That is judged when the call is over.")}</p></section>`;
  const wanted = s.fields.filter((f) => f.state !== "not-needed");
  const missing = wanted.filter((f) => f.state === "missing").length;
  return html`<section class="panel" aria-labelledby="complete"><h2 id="complete">${t("Is the record complete?")}</h2>
    <ul class="rows">${wanted.map((f) => html`<li key=${f.field}><span class=${f.state === "there" ? "ready" : "soon"}>${icon(f.state === "there" ? "done" : "significant")}</span>
      <span>${lang.value === "en" ? f.say : (known(`field ${f.field}`) ?? f.say)}${f.state === "missing" ? html`: <b>${t("missing")}</b>` : f.state === "erased" ? `: ${t("erased")}` : ""}</span></li>`)}</ul>
    <p class="note">${t("{have} of {all} fields.", { have: s.have, all: wanted.length })} ${missing ? "" : t("Nothing is missing.")}</p></section>`;
}
