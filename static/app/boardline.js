// The timeline: analyzers in rows, time in columns. Only what can be seen is drawn. It is an ARIA grid with one stop for
// the Tab key: arrows walk it, Enter books a free place or opens a booking, and every drag has its keys.

import { computed, signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { bookings, days, from, hour, inTheWay, instrumentOf, instruments, isLive, mine, minute, moving, ms, self, show, to } from "./analyzers.js";
import { beside, book, move, plan, tried, tryOut, undoNow } from "./booking.js";
import { kindOf, obstacle, placeName, said, spanOf, stateOf, titleOf, whose } from "./boardwords.js";
import { me, now, say, second } from "./state.js";
import { h, html, icon } from "./ui.js";
import { clock, day, lang, t } from "./words.js";

const tall = 60; // px of a row
const lane = 36; // px of each of several bookings at a time on a shared analyzer
const head = 40; // px of the hours
const title = 30; // px of a section's name
const spare = 240; // px drawn beyond what is seen
/** step is where one has scrolled to, roughly: it is drawn anew only now and then. @param {number} px */
const step = (px) => Math.floor(px / 120) * 120;

export const cursor = signal(/** @type {{ row: string, at: number } | null} */ (null));
const focusing = { wanted: false };

const pace = () => (days.value === 1 ? 72 / hour : 12 / hour); // px a millisecond
export const slot = () => (days.value === 1 ? 15 * minute : hour);
const slots = () => Math.round((to.value - from.value) / slot());
/** @param {number} at */
const x = (at) => (at - from.value) * pace();
/** snap is the slot's start. @param {number} at */
const snap = (at) => from.value + Math.floor((at - from.value) / slot()) * slot();

/** @typedef {{ b: Booked, start: number, end: number, lane: number }} Bar */
/** @typedef {{ i: Instrument, top: number, height: number, bars: Bar[] }} Row */

/** rows are the analyzers with their bookings, those at the same time one below the other. */
function rows() {
  /** @type {Map<string, Bar[]>} */
  const by = new Map();
  for (const b of bookings.value.values()) {
    const to = moving.value.get(b.id);
    const bar = { b, start: to?.start ?? ms(b.start), end: to?.end ?? ms(b.end), lane: 0 };
    for (const it of b.items) {
      const on = to && it === b.items[0] ? to.instrument : it.instrument;
      const list = by.get(on);
      if (list) list.push({ ...bar });
      else by.set(on, [{ ...bar }]);
    }
  }
  let top = 0;
  let section = "";
  /** @type {Row[]} */
  const out = [];
  /** @type {{ name: string, top: number }[]} */
  const sections = [];
  for (const i of instruments.value) {
    if ((i.section ?? "") !== section) {
      section = i.section ?? "";
      if (section) {
        sections.push({ name: section, top });
        top += title;
      }
    }
    const bars = (by.get(i.id) ?? []).sort((a, b) => a.start - b.start);
    /** @type {number[]} */
    const ends = [];
    for (const bar of bars) {
      const free = ends.findIndex((end) => end <= bar.start);
      bar.lane = free < 0 ? ends.length : free;
      ends[bar.lane] = bar.end;
    }
    const height = Math.max(tall, ends.length > 1 ? ends.length * lane + 8 : 0);
    out.push({ i, top, height, bars });
    top += height;
  }
  return { rows: out, sections, height: top };
}

const layout = computed(rows);

/** Timeline draws what can be seen of the days. */
export function Timeline() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [view, look] = useState({ left: 0, top: 0, width: 1200, height: 600 });
  const all = layout.value;
  const width = (to.value - from.value) * pace();
  const at = cursor.value;
  const measure = () => {
    const el = box.current;
    if (!el) return;
    const next = { left: step(el.scrollLeft), top: step(el.scrollTop), width: el.clientWidth, height: el.clientHeight };
    look((was) => (was.left === next.left && was.top === next.top && was.width === next.width && was.height === next.height ? was : next));
  };
  useLayoutEffect(() => {
    const el = /** @type {HTMLElement} */ (box.current);
    const today = now() >= from.value && now() < to.value;
    el.scrollLeft = today && days.value === 1 ? Math.max(0, x(now() - 90 * minute)) : days.value === 1 ? x(from.value + 6 * hour) : today ? x(now() - 24 * hour) : 0;
    measure();
    const sized = new ResizeObserver(measure);
    sized.observe(el);
    return () => sized.disconnect();
  }, [from.value, days.value]);
  useEffect(() => {
    if (!at || !all.rows.some((r) => r.i.id === at.row) || at.at < from.value || at.at >= to.value) {
      const first = now() >= from.value && now() < to.value ? snap(now()) + slot() : from.value + 8 * hour;
      if (all.rows[0]) cursor.value = { row: at && all.rows.some((r) => r.i.id === at.row) ? at.row : all.rows[0].i.id, at: Math.min(first, to.value - slot()) };
    }
  });
  useLayoutEffect(() => {
    if (!focusing.wanted) return;
    const cell = /** @type {HTMLElement | null} */ (box.current?.querySelector("[data-here]"));
    if (!cell) return;
    focusing.wanted = false;
    cell.focus({ preventScroll: true });
  });
  useEffect(() => reveal(box.current, all.rows), [at?.row, at?.at, plan.value?.start, plan.value?.end, plan.value?.instrument]);
  const seen = (/** @type {Row} */ r) => r.top + r.height > view.top - spare && r.top < view.top + view.height + spare;
  const hours = [];
  for (let n = from.value; n < to.value; n += days.value === 1 ? hour : 6 * hour) if (x(n) > view.left - spare && x(n) < view.left + view.width + spare) hours.push(n);
  return html`<div class="b-scroll" ref=${box} onScroll=${measure}>
    <div class=${`b-grid ${days.value === 1 ? "day" : "week"}`} role="grid" aria-label=${t("{n} analyzers, {when}", { n: all.rows.length, when: days.value === 1 ? day(from.value) : t("the week from {day}", { day: day(from.value) }) })}
      aria-rowcount=${all.rows.length + 1} aria-colcount=${slots() + 1} aria-describedby="b-keys" style=${{ "--width": `${width}px`, "--high": `${all.height + head}px` }}
      onKeyDown=${(/** @type {KeyboardEvent} */ e) => keys(e, all.rows)} onPointerDown=${(/** @type {PointerEvent} */ e) => press(e, all.rows)}>
      <div role="row" aria-rowindex="1" class="b-hours"><span role="columnheader" class="b-name"><span class="unseen">${t("Analyzer")}</span></span>
        ${hours.map((n) => html`<span role="columnheader" aria-colindex=${Math.round((n - from.value) / slot()) + 2} key=${n} style=${{ "--x": `${x(n)}px` }}>${days.value === 1 ? clock(n).slice(0, 2) : clock(n) === "00:00" ? day(n).split(" ").slice(0, 2).join(" ") : clock(n).slice(0, 2)}</span>`)}${now() >= from.value && now() < to.value ? h(NowClock, {}) : null}</div>
      <div role="rowgroup" class="b-rows">
        ${all.sections.filter((s) => s.top + title > view.top - spare && s.top < view.top + view.height + spare).map((s) => html`<div class="b-section" role="presentation" key=${`section ${s.name}`} style=${{ "--top": `${s.top + head}px` }}><span>${t(s.name)}</span></div>`)}
        ${all.rows.map((r, n) => (seen(r) || r.i.id === at?.row ? h(Line, { key: r.i.id, row: r, n, left: view.left, width: view.width, at: at?.row === r.i.id ? at.at : undefined }) : null))}</div>
      ${now() >= from.value && now() < to.value ? h(NowLine, {}) : null}
    </div></div>`;
}

function NowClock() {
  const at = Math.max(second.value, now());
  return html`<span class="b-clock" aria-hidden="true" style=${{ "--x": `${x(at)}px` }}>${clock(at)}</span>`;
}

function NowLine() {
  const at = Math.max(second.value, now());
  return html`<div class="b-now" aria-hidden="true" style=${{ "--x": `${x(at)}px` }}></div>`;
}

/** Line is one analyzer's row: its bars, what it is down for, the plan in hand, and the place where the keys are. @param {{ row: Row, n: number, left: number, width: number, at?: number }} props */
function Line({ row: r, n, left, width, at }) {
  const [state, shape, words] = stateOf(r.i);
  const on = (/** @type {number} */ start, /** @type {number} */ end) => x(end) > left - spare && x(start) < left + width + spare;
  const here = at === undefined ? undefined : r.bars.find((b) => b.start <= at && at < b.end);
  const p = plan.value?.instrument === r.i.id ? plan.value : null;
  return html`<div role="row" class="b-row" aria-rowindex=${n + 2} data-row=${r.i.id} style=${{ "--top": `${r.top + head}px`, "--tall": `${r.height}px` }}>
    <div role="rowheader" class="b-name"><button type="button" tabindex="-1" data-place=${r.i.id} onClick=${() => (beside.value = { kind: "place", id: r.i.id })}><b>${r.i.name}</b><span class=${`with-icon ${state}`}>${icon(shape)}<span>${words}</span></span></button></div>
    ${(r.i.incidents ?? []).map((f) => {
      const end = ms(f.end) > 0 && (f.planned || ms(f.end) > now()) ? ms(f.end) : Math.max(now(), ms(f.start) + 30 * minute);
      return on(ms(f.start), end) ? html`<div class="b-bar broken" aria-hidden="true" key=${f.id} style=${place(ms(f.start), end)}><span class="b-text">${icon("stop")}<span>${f.planned ? t("Out of use") : t("Down")}</span></span></div>` : null;
    })}
    ${r.bars.filter((b) => on(b.start, b.end) || b === here).map((b) => bar(b, r, b === here))}
    ${at !== undefined && !here ? html`<div role="gridcell" class="b-cell" data-here tabindex="0" aria-colindex=${Math.round((at - from.value) / slot()) + 2} aria-label=${t("{where}, {time}, free. Enter books from here.", { where: r.i.name, time: clock(at, now()) })} style=${place(at, at + slot())}></div>` : null}
    ${p ? html`<div class=${`b-bar ghost ${inTheWay(p) || tried.value?.problems.length ? "no" : ""}`} aria-hidden="true" style=${place(p.start, p.end)}><span class="b-text">${icon(inTheWay(p) ? "risk" : "plus")}<span><b>${clock(p.start)}–${clock(p.end)}</b></span></span></div>` : null}
  </div>`;
}

/** @param {number} start @param {number} end */
const place = (start, end) => ({ "--x": `${x(Math.max(start, from.value))}px`, "--w": `${Math.max(4, x(Math.min(end, to.value)) - x(Math.max(start, from.value)))}px` });

/** @type {WeakMap<Bar, Map<string, any>>} bars that are as they were are not drawn again */
const drawn = new WeakMap();
/** bar is one booking, as it was drawn before if nothing of it has changed. @param {Bar} b @param {Row} row @param {boolean} here */
function bar(b, row, here) {
  const as = `${here} ${lang.value} ${me.value?.id} ${moving.value.has(b.b.id)}`;
  let known = drawn.get(b);
  if (!known) drawn.set(b, (known = new Map()));
  let is = known.get(as);
  if (!is) known.set(as, (is = h(BarOf, { key: b.b.id, bar: b, row, here })));
  return is;
}

/** BarOf is one booking. @param {{ bar: Bar, row: Row, here: boolean }} props */
function BarOf({ bar, row, here }) {
  const b = bar.b;
  const [kind, shape, word] = kindOf(b);
  const own = self(b.owner) && !["risk", "asked", "held", "done"].includes(kind);
  const several = row.height > tall;
  const narrow = (bar.end - bar.start) * pace() < 64;
  const all = said(b);
  return html`<div role="gridcell" class=${`b-bar ${kind} ${own ? "mine" : ""} ${row.i.warmup && !["qc", "care"].includes(kind) ? "warm" : ""} ${moving.value.has(b.id) ? "moving" : ""}`} data-booking=${b.id} data-here=${here || undefined} tabindex=${here ? 0 : -1}
    aria-colindex=${Math.max(0, Math.round((bar.start - from.value) / slot())) + 2} aria-label=${all} title=${all} style=${{ ...place(bar.start, bar.end), ...(several ? { "--y": `${4 + bar.lane * lane}px`, "--h": `${lane - 4}px` } : {}) }}>
    <span class="b-text" aria-hidden="true">${shape ? icon(shape) : null}${narrow ? null : html`<span><b>${titleOf(b)}</b>${several ? null : html`<br /><span>${whose(b)}${["", "person"].includes(shape) ? "" : `, ${word}`}</span>`}</span>`}</span></div>`;
}

/** reveal scrolls the place where the keys are, or the plan, into sight. @param {HTMLElement | null} box @param {Row[]} all */
function reveal(box, all) {
  const p = plan.value;
  const at = p?.keys ? { row: p.instrument, at: p.start, end: p.end } : cursor.value && { ...cursor.value, end: cursor.value.at + slot() };
  const r = at && all.find((row) => row.i.id === at.row);
  if (!box || !at || !r || !box.contains(document.activeElement)) return;
  const name = box.querySelector(".b-name")?.clientWidth ?? 0;
  if (x(at.at) < box.scrollLeft) box.scrollLeft = Math.max(0, x(at.at) - 40);
  if (x(at.end) > box.scrollLeft + box.clientWidth - name) box.scrollLeft = x(at.end) - box.clientWidth + name + 40;
  if (r.top < box.scrollTop) box.scrollTop = r.top - 8;
  if (r.top + r.height + head > box.scrollTop + box.clientHeight) box.scrollTop = r.top + r.height + head - box.clientHeight + 8;
}

/** focusGrid takes the keys back to the grid. */
export function focusGrid() {
  focusing.wanted = true;
  cursor.value = cursor.value && { ...cursor.value };
}

/** goTo puts the keys on a place. @param {string} row @param {number} at */
function goTo(row, at) {
  focusing.wanted = true;
  cursor.value = { row, at: Math.min(Math.max(at, from.value), to.value - slot()) };
}

/** begin takes a plan in hand, by the keys or by a hand. @param {Plan} p */
export function begin(p) {
  plan.value = p;
  tried.value = null;
  beside.value = { kind: "plan" };
  tryOut();
}

/** grab takes a booking in hand, to move it with the keys. @param {Booked} b */
export function grab(b) {
  begin({ id: b.id, version: b.version, instrument: b.items[0].instrument, start: ms(b.start), end: ms(b.end), purpose: b.purpose, assays: b.assays ?? [], keys: true });
  say(t("Moving: {what}. Arrows move it, Shift and arrows change its length, up and down change the analyzer, Enter puts it there, Escape leaves it.", { what: said(b) }));
  focusGrid();
}

/** drop ends what is in hand. @param {string} [words] */
export function drop(words) {
  plan.value = null;
  tried.value = null;
  if (beside.value?.kind === "plan") beside.value = null;
  if (words) say(words);
}

/** @param {Plan} p */
function sayPlan(p) {
  const other = inTheWay(p);
  say(`${placeName(p.instrument)}, ${spanOf(p.start, p.end)}. ${other ? t("In the way: {what}.", { what: said(other) }) : t("Free.")}`);
}

/** put books or moves what is in hand. @param {Plan} p */
export async function put(p) {
  const done = p.id ? await move(p) : await book(p);
  if (done) {
    cursor.value = { row: p.instrument, at: snap(p.start) };
    if (p.keys) focusGrid();
  }
}

/** keys is the keyboard on the grid. @param {KeyboardEvent} e @param {Row[]} all */
function keys(e, all) {
  const c = cursor.value;
  if (!c || e.metaKey) return;
  if (e.ctrlKey && e.key === "z") return e.preventDefault(), void undoNow();
  const n = all.findIndex((r) => r.i.id === c.row);
  if (n < 0) return;
  const p = plan.value;
  if (p?.keys) return hold(e, p, all);
  const bar = all[n].bars.find((b) => b.start <= c.at && c.at < b.end);
  const go = (/** @type {number} */ row, /** @type {number} */ at) => {
    e.preventDefault();
    goTo(all[Math.min(Math.max(row, 0), all.length - 1)].i.id, at);
  };
  const back = () => all[n].bars.filter((b) => b.start < c.at && b !== bar).at(-1)?.start ?? from.value;
  const next = () => all[n].bars.find((b) => b.start > c.at)?.start ?? to.value;
  if (e.key === "ArrowRight") go(n, e.ctrlKey ? next() : bar ? up(bar.end) : c.at + slot());
  else if (e.key === "ArrowLeft") go(n, e.ctrlKey ? back() : bar ? snap(bar.start - 1) : c.at - slot());
  else if (e.key === "ArrowDown") go(n + 1, c.at);
  else if (e.key === "ArrowUp") go(n - 1, c.at);
  else if (e.key === "Home") go(e.ctrlKey ? 0 : n, from.value);
  else if (e.key === "End") go(e.ctrlKey ? all.length - 1 : n, to.value - slot());
  else if (e.key === "PageDown" || e.key === "PageUp") {
    const by = (e.key === "PageDown" ? 1 : -1) * days.value * 24 * hour;
    e.preventDefault();
    void show(from.value + by + 6 * hour).then(() => goTo(c.row, c.at + by));
  } else if (e.key === "Enter" || e.key === " " || (e.key === "n" && !bar)) {
    e.preventDefault();
    if (bar) beside.value = { kind: "booking", id: bar.b.id };
    else {
      begin(fresh(c.row, c.at, c.at + Math.max(hour, slot()), true));
      say(t("New booking: {what}. Arrows move it, Shift and arrows change its length, up and down change the analyzer, Enter books it, Escape leaves it.", { what: `${placeName(c.row)}, ${spanOf(c.at, c.at + hour)}` }));
    }
  } else if (e.key === "m" && bar && mine(bar.b) && isLive(bar.b)) {
    e.preventDefault();
    grab(bar.b);
  } else if (e.key === "i") {
    e.preventDefault();
    beside.value = { kind: "place", id: c.row };
  }
}

/** up is the first slot at or after an instant. @param {number} at */
const up = (at) => from.value + Math.ceil((at - from.value) / slot()) * slot();

/** fresh is a new plan. @param {string} instrument @param {number} start @param {number} end @param {boolean} [byKeys] @returns {Plan} */
export const fresh = (instrument, start, end, byKeys) => ({ instrument, start, end, purpose: "routine", assays: [], keys: byKeys, ...(instrumentOf(instrument)?.shared ? { demand: 1 } : {}) });

/** hold is the keyboard with a plan in hand. @param {KeyboardEvent} e @param {Plan} p @param {Row[]} all */
function hold(e, p, all) {
  const step = 15 * minute;
  const n = all.findIndex((r) => r.i.id === p.instrument);
  const change = (/** @type {Partial<Plan>} */ more) => {
    e.preventDefault();
    const next = { ...p, ...more };
    if (next.end - next.start < 5 * minute) return;
    plan.value = next;
    cursor.value = { row: next.instrument, at: Math.min(Math.max(snap(next.start), from.value), to.value - slot()) };
    focusing.wanted = true;
    sayPlan(next);
    tryOut();
  };
  const running = p.id !== undefined && bookings.value.get(p.id)?.standing === "in-use";
  if (e.key === "Escape") {
    e.preventDefault();
    e.stopPropagation();
    drop(t("Left as it was."));
    focusGrid();
  } else if (e.key === "Enter") {
    e.preventDefault();
    void put(p);
  } else if (e.key === "ArrowRight" || e.key === "ArrowLeft") {
    const by = e.key === "ArrowRight" ? step : -step;
    if (e.shiftKey || running) change({ end: p.end + by });
    else change({ start: p.start + by, end: p.end + by });
  } else if (!running && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
    change({ instrument: all[Math.min(Math.max(n + (e.key === "ArrowDown" ? 1 : -1), 0), all.length - 1)].i.id });
  }
}

/** press is a hand on the grid: it draws a new booking, moves one, or pulls at an end of one. Fingers scroll, and open what they touch. @param {PointerEvent} e @param {Row[]} all */
function press(e, all) {
  const target = /** @type {HTMLElement} */ (e.target);
  const line = /** @type {HTMLElement | null} */ (target.closest("[data-row]"));
  if (e.button !== 0 || !line || target.closest(".b-name")) return;
  const grid = /** @type {HTMLElement} */ (e.currentTarget);
  const body = /** @type {HTMLElement} */ (grid.querySelector(".b-rows"));
  const cell = /** @type {HTMLElement | null} */ (target.closest("[data-booking]"));
  const name = grid.querySelector(".b-name")?.clientWidth ?? 0;
  const time = (/** @type {number} */ px) => from.value + (px - body.getBoundingClientRect().left - name) / pace();
  const rowAt = (/** @type {number} */ py) => {
    const y = py - body.getBoundingClientRect().top - head;
    return all.find((r) => y < r.top + r.height) ?? all[all.length - 1];
  };
  const quarter = (/** @type {number} */ at) => from.value + Math.round((at - from.value) / (15 * minute)) * 15 * minute;
  const row = line.dataset.row ?? "";
  const b = cell && bookings.value.get(cell.dataset.booking ?? "");
  const side = cell?.getBoundingClientRect();
  const may = b && mine(b) && isLive(b) && b.standing !== "held" && b.standing !== "asked";
  const end = side && side.right - e.clientX < 10;
  const start = side && !end && e.clientX - side.left < 10 && b?.standing !== "in-use";
  const began = time(e.clientX);
  const origin = [e.clientX, e.clientY];
  let dragged = false;
  e.preventDefault();
  cursor.value = { row, at: b ? Math.max(from.value, snap(ms(b.start))) : snap(began) };
  focusGrid();
  const moved = (/** @type {PointerEvent} */ m) => {
    if (m.pointerType === "touch" || (!dragged && Math.hypot(m.clientX - origin[0], m.clientY - origin[1]) < 5) || (b && !may)) return;
    dragged = true;
    const at = time(m.clientX);
    if (!b) {
      const [a, z] = [Math.min(began, at), Math.max(began, at)];
      plan.value = fresh(row, snap15(a), Math.max(snap15(a) + 15 * minute, quarter(z)));
    } else {
      const by = quarter(at) - quarter(began);
      const base = { id: b.id, version: b.version, instrument: b.items[0].instrument, start: ms(b.start), end: ms(b.end), purpose: b.purpose, assays: b.assays ?? [] };
      if (end) plan.value = { ...base, end: Math.max(base.start + 15 * minute, base.end + by) };
      else if (start) plan.value = { ...base, start: Math.min(base.end - 15 * minute, base.start + by) };
      else if (b.standing !== "in-use") plan.value = { ...base, instrument: row === base.instrument ? rowAt(m.clientY).i.id : base.instrument, start: base.start + by, end: base.end + by };
    }
    tryOut();
  };
  const ends = (/** @type {Event} */ u) => {
    if (u instanceof KeyboardEvent && u.key !== "Escape") return;
    removeEventListener("pointermove", moved);
    for (const kind of ["pointerup", "pointercancel", "keydown"]) removeEventListener(kind, ends, true);
    if (u.type !== "pointerup") return drop(t("Left as it was."));
    if (!dragged) {
      if (b) beside.value = { kind: "booking", id: b.id };
      else begin(fresh(row, snap15(began), snap15(began) + hour));
    } else if (plan.value?.id) void put(plan.value);
    else if (plan.value) begin(plan.value);
  };
  addEventListener("pointermove", moved);
  for (const kind of ["pointerup", "pointercancel", "keydown"]) addEventListener(kind, ends, true);
}

/** @param {number} at */
const snap15 = (at) => from.value + Math.floor((at - from.value) / (15 * minute)) * 15 * minute;

/** ruling is what the dry run says of the plan in hand. */
export const ruling = () => tried.value?.problems.map(obstacle) ?? [];
