// Earlier results of the same test in the same patient, as a picture with its table behind.

import { useEffect, useState } from "preact/hooks";
import { connected, now, record } from "./state.js";
import { h, html, icon, value } from "./ui.js";
import { clock, sent, t } from "./words.js";

/** @typedef {{ value: string, unit?: string, taken?: string, resulted?: string, at?: string }} Point */

/** @param {string | undefined} text */
const number = (text) => Number.parseFloat((text ?? "").replace(/^[<>=]+/, "").replace(",", "."));
/** @param {Point} p */
const when = (p) => Date.parse(p.taken || p.resulted || p.at || "");

/** @param {{ call: Call, result: Result }} props */
export function Trend({ call, result }) {
  const [points, found] = useState(/** @type {Point[] | null} */ (null));
  useEffect(() => {
    let gone = false;
    if (connected()) {
      record("series", { call: call.id, result: result.id }).then((a) => gone || found(a.results ?? a.points ?? a.series ?? []), () => {});
    }
    return () => {
      gone = true;
    };
  }, [call.id, result.id, call.version]);
  const all = [...(points ?? [])].filter((p) => Number.isFinite(number(p.value)) && Number.isFinite(when(p))).sort((a, b) => when(a) - when(b));
  if (all.length < 2) return null;
  const label = result.label ?? t("Result");
  return html`<section class="panel" aria-label=${t("Earlier values: {what}", { what: label })}><h2>${t("Earlier values")}</h2>
    ${h(Picture, { points: all, result })}
    <details><summary>${icon("next")}${t("The same as a table")}</summary>
      <table><caption>${label}${result.unit ? `, ${result.unit}` : ""}</caption><thead><tr><th scope="col">${t("Taken")}</th><th scope="col" class="num">${t("Value")}</th></tr></thead>
        <tbody>${[...all].reverse().map((p) => html`<tr><th scope="row">${sent(p.taken || p.resulted || p.at, now())}</th><td class="num">${value(p.value, p.unit ?? result.unit, "tiny")}</td></tr>`)}</tbody></table></details></section>`;
}

/** @param {{ points: Point[], result: Result }} props */
function Picture({ points, result }) {
  const [w, tall, left, right] = [380, 200, 44, 366];
  const usual = (result.range ?? "").match(/^\s*([\d.,]+)\s*-\s*([\d.,]+)/)?.slice(1).map(number);
  const limit = number(/(?:above|below) ([\d.,]+)/.exec(result.why ?? "")?.[1]);
  const values = points.map((p) => number(p.value));
  const seen = [...values, ...(usual ?? []), ...(Number.isFinite(limit) ? [limit] : [])];
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const pad = (high - low || 1) * 0.12;
  const y = (/** @type {number} */ v) => Math.round(tall - 34 - ((v - low + pad) / (high - low + 2 * pad)) * (tall - 50));
  const [from, to] = [when(points[0]), when(/** @type {Point} */ (points.at(-1)))];
  const x = (/** @type {Point} */ p) => Math.round(left + 14 + ((when(p) - from) / Math.max(1, to - from)) * (right - left - 34));
  const last = /** @type {Point} */ (points.at(-1));
  return html`<figure class="picture"><svg viewBox=${`0 0 ${w} ${tall}`} role="img" aria-label=${t("{what}: {values}", { what: result.label ?? "", values: points.map((p) => p.value).join(", ") })}>
    ${usual ? html`<rect class="p-range" x=${left} y=${y(usual[1])} width=${right - left} height=${Math.max(1, y(usual[0]) - y(usual[1]))} /><text x=${left + 6} y=${y(usual[0]) - 6}>${t("usual {range}", { range: result.range })}</text>` : null}
    ${Number.isFinite(limit) ? html`<path class="p-limit" d=${`M${left} ${y(limit)}H${right}`} /><text class="alarm" x=${left + 6} y=${y(limit) + (limit > (usual?.[1] ?? limit) ? 15 : -6)}>${t("limit {n}", { n: limit })}</text>` : null}
    <path class="p-path" d=${`M${points.map((p) => `${x(p)} ${y(number(p.value))}`).join("L")}`} />
    ${points.slice(0, -1).map((p) => html`<circle class="p-dot" cx=${x(p)} cy=${y(number(p.value))} r="4.5" /><text x=${x(p)} y=${y(number(p.value)) - 10} text-anchor="middle">${p.value}</text>`)}
    <path class="p-now" d=${`M${x(last)} ${y(number(last.value)) - 10}l10 10-10 10-10-10z`} /><text class="loud" x=${x(last) - 14} y=${y(number(last.value)) + 5} text-anchor="end">${last.value}</text>
    <path class="p-axis" d=${`M${left} ${tall - 28}H${right}`} /><text x=${left} y=${tall - 8}>${clock(from, now())}</text><text x=${right} y=${tall - 8} text-anchor="end">${clock(to, now())}</text>
  </svg></figure>`;
}
