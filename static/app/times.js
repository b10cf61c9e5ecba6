// How long calls took: figures with their target and what others published, as pictures with their tables behind.

import { useEffect, useState } from "preact/hooks";
import { go } from "./route.js";
import { connected, now, record } from "./state.js";
import { Button, Choice, Field, h, Heading, html, icon } from "./ui.js";
import { clock, count, known, locale, named, problem, t } from "./words.js";

/** @typedef {{ n: number, occurred: number, median: number, p90: number, p99: number, max: number }} Measure */
/** @typedef {{ in: number, of: number, share: number }} Within */
/** @typedef {{ key?: string[], name?: string[], calls: number, conveyed: number, readBack: number, telephoned: number, ended: number, open: number, mismatched: number, telephoneShare: number, within15: Within, within60: Within, withinTarget: Within, measures: Record<string, Measure>, score: number, judged: number }} Row */
/** @typedef {{ call?: string, ref?: string, opened: string, unit?: string, tier: string, analytes: string[], target: number, took?: number, waited?: number, method?: string, outcome?: string, who?: Name, attempts: number, failed?: number, mismatches?: number, passes?: number }} Missed */
/** @typedef {{ from: string, to: string, zone: string, head: number, at: string, behind?: number, all: Row, rows?: Row[], spread: number[], fields: { field: string, say: string, missing: number }[], missed?: Missed[], missedAll: number, published?: { measure: string, figure: string, seconds?: number, share?: number, source: string }[] }} Answer */

const by = /** @type {[string, string][]} */ ([["unit", "Unit"], ["analyte", "Test"], ["tier", "Urgency"], ["person", "Person"], ["hour", "Hour"], ["weekday", "Weekday"], ["day", "Day"], ["week", "Week"], ["month", "Month"]]);

/** @param {number} seconds */
const minutes = (seconds) => (!Number.isFinite(seconds) ? "–" : seconds >= 3600 ? `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min` : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`);
/** @param {number} share @param {number} [of] */
const percent = (share, of = 1) => (of === 0 ? "–" : `${new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(100 * share)} %`);
/** @param {Row} r */
const whole = (r) => r.measures["filed-conveyed"] ?? { n: 0, median: 0, p90: 0, p99: 0, max: 0, occurred: 0 };

/** @param {number} days */
const daysAgo = (days) => new Date(now() - days * 86_400_000).toISOString().slice(0, 10);

export function Times() {
  const [from, setFrom] = useState(daysAgo(29));
  const [to, setTo] = useState(daysAgo(0));
  const [group, setGroup] = useState("unit");
  const [a, found] = useState(/** @type {Answer | null} */ (null));
  const [say, tell] = useState("");
  useEffect(() => {
    if (!connected()) return;
    record("times", { from, to, by: group, missed: 50 }).then((x) => (found(x), tell("")), (p) => tell(problem(p)));
  }, [from, to, group, connected()]);
  return html`<div class="page-head"><div>${h(Heading, { children: t("How long did calls take?") })}
      <p>${a ? html`${count(a.all.calls, "{n} call.", "{n} calls.")} ${t("Counted up to entry {n}, {time}.", { n: a.head, time: clock(a.at, now()) })}${a.behind ? ` ${t("{n} newer entries are not counted yet.", { n: a.behind })}` : ""}` : t("One moment")}</p></div>
      <p class="row noprint">${h(Button, { do: () => go("story"), children: t("The story of a call") })}<a class="button noprint" download href=${`/api/times.csv?from=${from}&to=${to}&by=${group}`}>${icon("keep")}<span>CSV</span></a></p></div>
    <div class="trio noprint">${h(Field, { id: "from", label: t("From"), type: "date", value: from, change: setFrom })}${h(Field, { id: "to", label: t("To"), type: "date", value: to, change: setTo })}
      ${h(Choice, { id: "by", label: t("Told apart by"), value: group, change: setGroup, options: by.map(([v, w]) => /** @type {[string, string]} */ ([v, t(w)])) })}</div>
    <p class="wrong" role="alert">${say}</p>
    ${a ? h(Figures, { a, group }) : null}`;
}

/** @param {{ a: Answer, group: string }} props */
function Figures({ a, group }) {
  const m = whole(a.all);
  if (a.all.calls === 0) return html`<p class="panel">${t("No calls were opened in this time.")}</p>`;
  const published = (/** @type {string} */ figure) => a.published?.find((p) => p.measure === "filed-conveyed" && p.figure === figure) ?? a.published?.find((p) => p.figure === figure);
  const figure = (/** @type {string} */ label, /** @type {string} */ text, /** @type {string} */ note) => html`<div class="figure"><dt>${label}</dt><dd><b>${text}</b><span class="note">${note}</span></dd></div>`;
  const other = (/** @type {string} */ f) => {
    const p = published(f);
    return p ? t("published: {figure} ({source})", { figure: p.seconds ? minutes(p.seconds) : percent(p.share ?? 0), source: p.source }) : "";
  };
  return html`<dl class="figures">
      ${figure(t("Half within"), minutes(m.n ? m.median : Number.NaN), other("median"))}
      ${figure(t("9 of 10 within"), minutes(m.n ? m.p90 : Number.NaN), other("p90"))}
      ${figure(t("99 of 100 within"), minutes(m.n ? m.p99 : Number.NaN), "")}
      ${figure(t("Within their target"), percent(a.all.withinTarget.share, a.all.withinTarget.of), t("{in} of {of}", a.all.withinTarget))}
      ${figure(t("Within 60 minutes"), percent(a.all.within60.share, a.all.within60.of), other("within60"))}
      ${figure(t("By telephone"), percent(a.all.telephoneShare, a.all.conveyed), t("{n} of {all}", { n: a.all.telephoned, all: a.all.conveyed }))}
      ${figure(t("Mismatched once or more"), String(a.all.mismatched), t("of {n} calls", { n: a.all.calls }))}
      ${figure(t("Complete records"), percent(a.all.score, a.all.judged), t("{n} looked at", { n: a.all.judged }))}</dl>
    <div class="columns even">${h(Spread, { spread: a.spread })}${h(Groups, { rows: a.rows ?? [], group })}</div>
    ${a.all.withinTarget.of + a.all.open === 0 ? null : h(MissedCalls, { all: a.missed ?? [], n: a.missedAll, open: a.all.open })}
    ${a.fields.some((f) => f.missing > 0) ? html`<section class="panel"><h2>${t("What records lack")}</h2><table><thead><tr><th scope="col">${t("Field")}</th><th scope="col" class="num">${t("Missing")}</th></tr></thead><tbody>${a.fields.filter((f) => f.missing > 0).map((f) => html`<tr><th scope="row">${known(`field ${f.field}`) ?? f.say}</th><td class="num">${f.missing}</td></tr>`)}</tbody></table></section>` : null}`;
}

/** Spread is how many calls took how many minutes. @param {{ spread: number[] }} props */
function Spread({ spread }) {
  const most = Math.max(1, ...spread);
  const last = Math.max(15, spread.findLastIndex((n) => n > 0));
  const wide = 520 / (last + 1);
  const total = spread.reduce((s, n) => s + n, 0);
  const said = spread.flatMap((n, i) => (n ? [t("{min} min: {n}", { min: i === 60 ? "60+" : i, n })] : [])).join(", ");
  return html`<section class="panel" aria-labelledby="spread"><div class="panel-head"><h2 id="spread">${t("Minutes from result to read-back")}</h2><p class="note">${count(total, "{n} call", "{n} calls")}</p></div>
    <figure class="picture"><svg viewBox="0 0 560 210" role="img" aria-label=${said || t("none")}>
      <path class="p-grid" d="M30 20H550M30 95H550" /><text x="24" y="24" text-anchor="end">${most}</text><text x="24" y="174" text-anchor="end">0</text>
      ${spread.slice(0, last + 1).map((n, i) => html`<rect class=${i >= 15 ? "p-over" : "p-bar"} x=${30 + i * wide + 1} width=${Math.max(2, wide - 2)} y=${170 - (150 * n) / most} height=${n ? Math.max(2, (150 * n) / most) : 0} />`)}
      <path class="p-aim" d=${`M${30 + 15 * wide} 12V172`} /><text class="aim" x=${30 + 15 * wide + (wide > 30 ? -5 : 5)} text-anchor=${wide > 30 ? "end" : "start"} y="16">15 min</text>
      <path class="p-axis" d="M30 170H550" />${[0, 5, 10, 15, 30, 45, 60].filter((i) => i <= last).map((i) => html`<text x=${30 + i * wide} y="190">${i === 60 ? "60+" : i}</text>`)}</svg></figure>
    <details><summary>${icon("next")}${t("The same as a table")}</summary><table><thead><tr><th scope="col">${t("Minutes")}</th><th scope="col" class="num">${t("Calls")}</th></tr></thead>
      <tbody>${spread.map((n, i) => (n ? html`<tr><th scope="row">${i === 60 ? "60+" : i}</th><td class="num">${n}</td></tr>` : null))}</tbody></table></details></section>`;
}

/** @param {{ rows: Row[], group: string }} props */
function Groups({ rows, group }) {
  const head = t(by.find(([v]) => v === group)?.[1] ?? "Unit");
  const most = Math.max(1, ...rows.map((r) => whole(r).p90));
  return html`<section class="panel" aria-labelledby="groups"><h2 id="groups">${t("By {what}", { what: head.toLowerCase() })}</h2>
    <div class="scroll" tabindex="0" role="group"><table><thead><tr><th scope="col">${head}</th><th scope="col" class="num">${t("Calls")}</th><th scope="col" class="num">${t("Half")}</th><th scope="col">${t("9 of 10 within")}</th><th scope="col" class="num">${t("In target")}</th><th scope="col" class="num">${t("Phone")}</th></tr></thead>
      <tbody>${rows.map((r) => html`<tr key=${(r.key ?? []).join()}><th scope="row">${(r.name ?? r.key ?? []).join(", ") || t("not known")}</th><td class="num">${r.calls}</td><td class="num">${whole(r).n ? minutes(whole(r).median) : ""}</td>
        <td>${whole(r).n ? html`<span class="meter"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="p-bar" width=${(100 * whole(r).p90) / most} height="8" /></svg>${minutes(whole(r).p90)}</span>` : ""}</td>
        <td class="num">${r.withinTarget.of ? percent(r.withinTarget.share) : ""}</td><td class="num">${r.conveyed ? percent(r.telephoneShare) : ""}</td></tr>`)}</tbody></table></div></section>`;
}

/** @param {{ all: Missed[], n: number, open: number }} props */
function MissedCalls({ all, n, open }) {
  if (n === 0 && open > 0) return html`<p class="panel with-icon"><span class="soon">${icon("significant")}</span> ${count(open, "{n} call is still open: whether it meets its target is not known yet. Every other was conveyed within its target.", "{n} calls are still open: whether they meet their target is not known yet. Every other was conveyed within its target.")}</p>`;
  if (n === 0) return html`<p class="panel with-icon"><span class="ready">${icon("done")}</span> ${t("Every call was conveyed within its target.")}</p>`;
  const did = (/** @type {Missed} */ c) => (c.method === "read-back" ? t("Read back by {who}", { who: named(c.who) }) : c.method === "telephoned" ? t("Told by telephone, by {who}", { who: named(c.who) }) : c.method === "ended" ? t("Ended by {who}: {why}", { who: named(c.who), why: (c.outcome ?? "").replaceAll("-", " ") }) : t("Open"));
  const why = (/** @type {Missed} */ c) => [count(c.attempts, "{n} try", "{n} tries"), c.failed && count(c.failed, "{n} telephone call failed", "{n} telephone calls failed"), c.mismatches && count(c.mismatches, "{n} mismatch", "{n} mismatches"), c.passes && t("passed on {n} times", { n: c.passes })].filter(Boolean).join(", ");
  return html`<section class="panel" aria-labelledby="missed"><div class="panel-head"><h2 id="missed">${count(n, "The one that missed its target", "The {n} that missed their target")}</h2><p class="note">${t("slowest first, {n} shown", { n: all.length })}</p></div>
    <div class="scroll" tabindex="0" role="group"><table><thead><tr><th scope="col">${t("Opened")}</th><th scope="col">${t("Test")}</th><th scope="col">${t("Unit")}</th><th scope="col" class="num">${t("Took")}</th><th scope="col" class="num">${t("Target")}</th><th scope="col">${t("What happened")}</th></tr></thead>
      <tbody>${all.map((c) => html`<tr key=${c.call}><th scope="row">${clock(c.opened, now())}${c.call ? html`<br /><a class="number" href=${`#/story/${c.call.replace(/^call\//, "")}`}>${c.ref || t("The story")}</a>` : c.ref ? html`<br /><span class="note number">${c.ref}</span>` : null}</th><td>${c.analytes.join(", ")}</td><td>${c.unit}</td>
        <td class="num"><b>${minutes(c.took ?? c.waited ?? 0)}</b></td><td class="num">${minutes(c.target)}</td><td>${did(c)}<br /><span class="note">${why(c)}</span></td></tr>`)}</tbody></table></div></section>`;
}
