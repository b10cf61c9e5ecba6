// Sound and vibration for a call to this person that was not opened yet. A browser lets a page sound only after it was
// touched once; until then the head says "Cannot ring".

import { app, change, connected, now } from "./state.js";
import { urgency } from "./urgency.js";

const every = 20_000; // ms between two rings of the same call
const patterns = {
  critical: [[660, 0, 0.18], [830, 0.22, 0.18], [1050, 0.44, 0.3]],
  late: [[930, 0, 0.25], [620, 0.3, 0.25], [930, 0.6, 0.25], [620, 0.9, 0.25]],
  significant: [[560, 0, 0.3]],
  done: [[330, 0, 0.35]],
};

let audio = null;
let rang = -Infinity;

// wake is called at each touch: it lets this page sound.
export async function wake() {
  if (!audio && "AudioContext" in window) {
    audio = new AudioContext();
    audio.onstatechange = () => change("ring");
  }
  if (audio?.state === "suspended") await audio.resume().catch(() => {});
}

// able says whether this page will ring, and if not, why.
export function able() {
  if (!("AudioContext" in window)) return [false, "This browser cannot sound."];
  if (audio?.state !== "running") return [false, "This page may sound only after you touched it. Test the ring."];
  if (!connected()) return [false, "New calls cannot reach this screen while it is not connected."];
  return [true, "A new call to you rings here, each 20 seconds until you open it."];
}

// play sounds a pattern, with vibration where there is any.
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

// mark names one asking of this person: a new version or a new rung rings again.
function mark(call) {
  const mine = call.rungs.filter((r) => (r.to ?? []).some((p) => p.id === app.me?.id));
  return `${call.id} ${call.version} ${mine.at(-1)?.attempt ?? 0}`;
}

// open stops the ringing of a call on this page.
export const open = (call) => app.opened.add(mark(call));

// waiting are the calls that ring: to this person, open, and opened by this person neither here nor elsewhere.
export function waiting() {
  return app.calls.filter((c) => c.may.called && !app.opened.has(mark(c)) && !ownLook(c));
}

function ownLook(c) {
  const rung = c.rungs.filter((r) => (r.to ?? []).some((p) => p.id === app.me?.id)).at(-1);
  return (c.seen ?? []).some((l) => l.by.id === app.me?.id && l.version === c.version && l.at >= (rung?.at ?? ""));
}

let last = "";

// tick rings when it is time; a new call rings at once.
export function tick() {
  const calls = app.locked === null ? waiting() : [];
  const marks = calls.map(mark).join();
  const fresh = calls.some((c) => !last.includes(mark(c)));
  last = marks;
  if (calls.length === 0 || (!fresh && performance.now() - rang < every)) return;
  rang = performance.now();
  const kinds = calls.map((c) => urgency(c, now()).kind);
  play(["late", "critical", "significant"].find((k) => kinds.includes(k)) ?? "critical");
}
