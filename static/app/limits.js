// Limit sets: what is in force; a draft with what it changes; what it would have called; approval by name.

import { useEffect, useState } from "preact/hooks";
import { connected, is, me, now, record } from "./state.js";
import { Button, Choice, Field, h, Heading, html, icon } from "./ui.js";
import { clock, count, limit, problem, t } from "./words.js";

/** @typedef {{ sets: LimitSet[], active: Record<string, { limits: string, version: string, effective?: string, by?: string, approved?: string }[]>, codes: number }} Answer */

/** @param {LimitRow} r */
const keyOf = (r) => [r.loinc, r.specimen, r.setting, r.condition, r.sex, r.ageMinDays ?? 0, r.ageMaxDays ?? ""].join("|");
/** @param {Bound | undefined} b */
const bound = (b) => (b ? b.value : "");
/** @param {LimitRow} r */
function forWhom(r) {
  const age = r.ageMinDays || r.ageMaxDays ? t("{from} to {to} days old", { from: r.ageMinDays ?? 0, to: r.ageMaxDays ?? "…" }) : "";
  return [r.specimen, r.setting, r.condition, r.sex, age].filter((x) => x && x !== "any").join(", ") || t("everybody");
}
/** plain is a unit as people write it: INR and pH have none. @param {string | undefined} unit */
const plain = (unit) => (unit && !/^(\[pH\]|\{.*\})$/.test(unit) ? unit : "");

/** @param {LimitRow} r */
const said = (r) => [r.low ? `${r.low.inclusive ? "≤" : "<"} ${r.low.value}` : "", r.high ? `${r.high.inclusive ? "≥" : ">"} ${r.high.value}` : ""].filter(Boolean).join(t(" or ")) + (plain(r.unit) ? ` ${plain(r.unit)}` : "");

export function Limits() {
  const [a, found] = useState(/** @type {Answer | null} */ (null));
  const [say, tell] = useState("");
  const [chosen, choose] = useState("");
  const [draft, edit] = useState(/** @type {LimitSet | null} */ (null));
  const load = () => record("limits", {}).then((x) => (found(x), tell("")), (p) => tell(problem(p)));
  useEffect(() => {
    if (connected()) void load();
  }, [connected()]);
  if (!a) return html`<div class="page-head">${h(Heading, { children: t("Limits") })}</div><p class=${say ? "wrong" : "note"}>${say || t("One moment")}</p>`;
  const name = (/** @type {LimitSet} */ s) => `${s.id} ${s.version}`;
  const inForce = (/** @type {LimitSet} */ s) => Object.entries(a.active).flatMap(([setting, list]) => (list.at(-1)?.limits === s.id && list.at(-1)?.version === s.version ? [{ setting, ...list.at(-1) }] : []));
  const set = a.sets.find((s) => name(s) === chosen) ?? a.sets.find((s) => inForce(s).length > 0) ?? a.sets[0];
  if (!set) return html`<div class="page-head">${h(Heading, { children: t("Limits") })}</div><p class="panel">${t("No limit set is here yet. Without limits every result waits for the bench.")}</p>`;
  const active = a.sets.find((s) => inForce(s).length > 0);
  if (draft) return h(Editor, { base: set, draft, edit, close: (saved) => (edit(null), saved && choose(saved), void load()) });
  const force = inForce(set);
  return html`<div class="page-head"><div>${h(Heading, { children: t("Limits") })}<p>${active ? t("In force: {name}, version {version}.", { name: active.name, version: active.version }) : t("No set is in force: every result waits for the bench.")} ${count(a.codes, "{n} code is mapped.", "{n} codes are mapped.")}</p></div>
      ${is("supervisor", "director") ? h(Button, { do: () => edit(structuredClone({ ...set, version: next(a.sets, set) })), children: t("Draft a new version") }) : null}</div>
    <p class="wrong" role="alert">${say}</p>
    <div class="trio">${h(Choice, { id: "set", label: t("Set"), value: name(set), change: choose, options: a.sets.map((s) => /** @type {[string, string]} */ ([name(s), `${s.name}, ${s.version}${inForce(s).length ? ` (${t("in force")})` : ""}`])) })}</div>
    <p class="note">${t("Source")}: ${set.source}. ${force.map((f) => t("In force since {time}.", { time: f.effective ? clock(f.effective, now()) : "" })).join(" ")}</p>
    ${force.length === 0 ? h(Approve, { set, load, tell, before: active }) : null}
    ${h(Rows, { rows: set.rows })}`;
}

/** @param {LimitSet[]} sets @param {LimitSet} set */
function next(sets, set) {
  let n = 1;
  while (sets.some((s) => s.id === set.id && s.version === `${set.version.replace(/\+\d+$/, "")}+${n}`)) n++;
  return `${set.version.replace(/\+\d+$/, "")}+${n}`;
}

/** @param {{ rows: LimitRow[] }} props */
function Rows({ rows }) {
  const [text, seek] = useState("");
  const shown = rows.filter((r) => !text || `${r.analyte} ${r.loinc}`.toLowerCase().includes(text.toLowerCase()));
  return html`${h(Field, { id: "seek", label: t("Find a test"), value: text, change: seek, type: "search" })}
    <section class="panel scroll" tabindex="0" role="region" aria-label=${t("Limits")}><table><caption>${count(shown.length, "{n} row", "{n} rows")}</caption><thead><tr><th scope="col">${t("Test")}</th><th scope="col">${t("Called")}</th><th scope="col">${t("For")}</th><th scope="col">${t("Urgency")}</th></tr></thead>
      <tbody>${shown.map((r) => html`<tr key=${keyOf(r)}><th scope="row">${r.analyte}<br /><span class="note number">${r.loinc}</span></th><td>${said(r) || r.note}</td><td>${forWhom(r)}</td><td>${t(r.tier)}</td></tr>`)}</tbody></table></section>`;
}

/** changes are what a set says otherwise than another. @param {LimitSet} from @param {LimitSet} to */
function changes(from, to) {
  const old = new Map(from.rows.map((r) => [keyOf(r), r]));
  return to.rows.flatMap((r) => {
    const was = old.get(keyOf(r));
    return was && said(was) === said(r) && was.tier === r.tier ? [] : [{ row: r, was }];
  });
}

/** @param {{ from: LimitSet, to: LimitSet }} props */
function Diff({ from, to }) {
  const all = changes(from, to);
  if (all.length === 0) return html`<p class="note">${t("Nothing differs from version {version}.", { version: from.version })}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("What changes")}><table><caption>${t("What changes")}</caption><thead><tr><th scope="col">${t("Test")}</th><th scope="col">${t("Now")}</th><th scope="col">${t("Then")}</th></tr></thead>
    <tbody>${all.map(({ row, was }) => html`<tr key=${keyOf(row)}><th scope="row">${row.analyte}<br /><span class="note">${forWhom(row)}</span></th><td>${was ? `${said(was)}, ${t(was.tier)}` : t("not called")}</td><td><b>${said(row)}, ${t(row.tier)}</b></td></tr>`)}</tbody></table></div>`;
}

/** Try shows what a draft would have called among the latest results. It changes nothing. @param {{ set: LimitSet }} props */
function Try({ set }) {
  const [a, found] = useState(/** @type {any} */ (null));
  const [say, tell] = useState("");
  useEffect(() => found(null), [JSON.stringify(set)]);
  const run = async () => {
    tell("");
    try {
      const { faults: _, ...own } = set;
      found(await record("limits.try", { set: own }));
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  return html`<p class="row">${h(Button, { do: run, children: html`${icon("flask")}<span>${t("Dry run against the latest results")}</span>` })}</p><p class="wrong" role="alert">${say}</p>
    ${a ? h(Tried, { a }) : null}`;
}

/** @param {{ a: { read: number, more: object[], fewer: object[], reasons: { rule: string, why?: string, more?: number, fewer?: number }[] } }} props */
const Tried = ({ a }) => html`<div class="notice calm" role="status"><p><b>${t("Of the last {n} results this would have called {more} more and {fewer} fewer.", { n: a.read, more: (a.more ?? []).length, fewer: (a.fewer ?? []).length })}</b></p>
  <ul>${(a.reasons ?? []).slice(0, 12).map((r) => html`<li key=${r.rule}>${[r.more && t("{n} more", { n: r.more }), r.fewer && t("{n} fewer", { n: r.fewer })].filter(Boolean).join(", ")}: ${limit(r.why) || r.rule}</li>`)}</ul></div>`;

/** @param {{ base: LimitSet, draft: LimitSet, edit: (s: LimitSet | null) => void, close: (saved?: string) => void }} props */
function Editor({ base, draft, edit, close }) {
  const [text, seek] = useState("");
  const [say, tell] = useState("");
  const shown = draft.rows.map((r, i) => ({ r, i })).filter(({ r }) => text && `${r.analyte} ${r.loinc}`.toLowerCase().includes(text.toLowerCase())).slice(0, 12);
  const put = (/** @type {number} */ i, /** @type {Partial<LimitRow>} */ news) => edit({ ...draft, rows: draft.rows.map((r, j) => (j === i ? { ...r, ...news } : r)) });
  const to = (/** @type {Bound | undefined} */ was, /** @type {string} */ value) => (value.trim() ? { ...was, value: value.trim().replace(",", ".") } : undefined);
  const save = async () => {
    try {
      const { faults: _, ...set } = draft;
      await record("limits.draft", { set }, crypto.randomUUID());
      close(`${draft.id} ${draft.version}`);
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  return html`<div class="page-head"><div>${h(Heading, { children: t("Draft of {name}", { name: draft.name }) })}<p>${t("A draft calls nothing. It counts when a director has approved it.")}</p></div></div>
    <div class="trio">${h(Field, { id: "version", label: t("Version"), value: draft.version, change: (version) => edit({ ...draft, version }) })}${h(Field, { id: "find-row", label: t("Which test changes?"), hint: t("Type a part of its name"), value: text, change: seek, type: "search" })}</div>
    ${shown.map(({ r, i }) => html`<fieldset key=${i} class="panel"><legend class="unseen">${r.analyte}</legend><h2>${r.analyte} <span class="note">${forWhom(r)}</span></h2>
      <div class="trio">${h(Field, { id: `low-${i}`, label: [t("Called below"), plain(r.unit)].filter(Boolean).join(", "), value: bound(r.low), change: (v) => put(i, { low: to(r.low, v) }), more: { inputmode: "decimal" } })}${h(Field, { id: `high-${i}`, label: [t("Called above"), plain(r.unit)].filter(Boolean).join(", "), value: bound(r.high), change: (v) => put(i, { high: to(r.high, v) }), more: { inputmode: "decimal" } })}
        ${h(Choice, { id: `tier-${i}`, label: t("Urgency"), value: r.tier, change: (tier) => put(i, { tier }), options: ["critical", "significant", "semi-urgent", "next-day"].map((x) => /** @type {[string, string]} */ ([x, t(x)])) })}</div></fieldset>`)}
    <section class="panel stack">${h(Diff, { from: base, to: draft })}${h(Try, { set: draft })}
      <p class="wrong" role="alert">${say}</p><p class="row">${h(Button, { kind: "primary", off: changes(base, draft).length === 0, do: save, children: t("Keep this draft") })}${h(Button, { do: () => close(), children: t("Drop it") })}</p></section>`;
}

/** @param {{ set: LimitSet, load: () => void, tell: (say: string) => void, before: LimitSet | undefined }} props */
function Approve({ set, load, tell, before }) {
  const [sure, ask] = useState(false);
  const approve = async () => {
    try {
      await record("limits.approve", { limits: set.id, version: set.version }, crypto.randomUUID());
      load();
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
    ask(false);
  };
  return html`<section class="panel stack" aria-label=${t("Not in force")}><h2>${t("Not in force")}</h2>${before ? h(Diff, { from: before, to: set }) : null}${h(Try, { set })}
    ${is("director") ? (sure ? html`<p>${t("From now on every result is judged by this version. It is recorded as approved by {who}.", { who: me.value?.name ?? "" })}</p><p class="row">${h(Button, { kind: "primary", do: approve, children: t("Approve it") })}${h(Button, { do: () => ask(false), children: t("Not now") })}</p>` : html`<p>${h(Button, { kind: "primary", do: () => ask(true), children: t("Approve this version") })}</p>`) : html`<p class="note">${t("A director approves it.")}</p>`}</section>`;
}
