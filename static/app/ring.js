// Sound and vibration for a call to this person that was not opened yet. A browser lets a page sound only after it was
// touched once; until then the head says "Cannot ring".

import { signal } from "@preact/signals";
import { bells, calls, connected, covered, locked, me, now, onCalls } from "./state.js";
import { urgency } from "./urgency.js";

const every = 20_000; // ms between two rings of the same call
/** @type {Record<string, [number, number, number][]>} hertz, from, for (s) */
const patterns = {
  critical: [[660, 0, 0.18], [830, 0.22, 0.18], [1050, 0.44, 0.3]],
  late: [[930, 0, 0.25], [620, 0.3, 0.25], [930, 0.6, 0.25], [620, 0.9, 0.25]],
  significant: [[560, 0, 0.3]],
  done: [[330, 0, 0.35]],
};

/** @type {AudioContext | null} */
let audio = null;
let rang = -Infinity;
const running = signal(false);
/** asking of this person that were opened on this page. @type {Set<string>} */
const opened = new Set();

/** wake is called at each touch: it lets this page sound. */
export async function wake() {
  if (!audio && "AudioContext" in window) {
    audio = new AudioContext();
    audio.onstatechange = () => (running.value = audio?.state === "running");
  }
  if (audio?.state === "suspended") await audio.resume().catch(() => {});
  running.value = audio?.state === "running";
}

/** able says whether this page will ring, and why or why not. @returns {[boolean, string]} */
export function able() {
  if (!("AudioContext" in window)) return [false, "This browser cannot sound."];
  if (!running.value) return [false, "This page may sound only after you touched it. Test the ring."];
  if (!connected()) return [false, "New calls cannot reach this screen while it is not connected."];
  return [true, "A new call to you rings here, each 20 seconds until you open it."];
}

/** play sounds a pattern, with vibration where there is any. @param {string} name */
export function play(name) {
  navigator.vibrate?.(name === "done" ? 60 : [200, 100, 200, 100, 400]);
  if (audio?.state !== "running") return;
  for (const [hertz, at, length] of patterns[name]) {
    const tone = audio.createOscillator();
    const level = audio.createGain();
    const from = audio.currentTime + at;
    tone.frequency.value = hertz;
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(0.35, from + 0.02);
    level.gain.setTargetAtTime(0, from + length - 0.06, 0.03);
    tone.connect(level).connect(audio.destination);
    tone.start(from);
    tone.stop(from + length + 0.2);
  }
}

/** @param {Call} call */
const own = (call) => call.rungs.filter((r) => (r.to ?? []).some((p) => p.id === me.value?.id)).at(-1);
/** mark names one asking of this person: a new version or a new rung rings again. @param {Call} call */
const mark = (call) => `${call.id} ${call.version} ${own(call)?.attempt ?? 0}`;

/** open stops the ringing of a call on this page. @param {Call} call */
export const open = (call) => opened.add(mark(call));

/** @param {Call} c */
const looked = (c) => (c.seen ?? []).some((l) => l.by.id === me.value?.id && l.version === c.version && l.at >= (own(c)?.at ?? ""));

/** waiting are the calls that ring: to this person, open, and opened by this person neither here nor elsewhere. */
export const waiting = () => calls.value.filter((c) => c.may.called && !opened.has(mark(c)) && !looked(c));

let last = "";

/** tick rings when it is time; a new call rings at once. A locked page and a device ring too, and say nothing else. */
export function tick() {
  const bare = me.value?.bare;
  if (!me.value || (locked.value !== null && !bare && !covered.value)) return;
  const marks = bare ? bells.value.filter((b) => b.due).map((b) => String(b.call)) : waiting().map(mark);
  const fresh = marks.some((m) => !last.includes(m));
  last = marks.join();
  if (marks.length === 0 || (!fresh && performance.now() - rang < every)) return;
  rang = performance.now();
  const kinds = bare ? bells.value.map((b) => (Date.parse(b.due ?? "") < now() ? "late" : "critical")) : waiting().map((c) => urgency(c, now()).kind);
  play(["late", "critical", "significant"].find((k) => kinds.includes(k)) ?? "critical");
}

onCalls(tick);
setInterval(tick, 1000);
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => void wake(), { capture: true, passive: true });
