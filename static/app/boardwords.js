// What bookings, analyzers and rules are called on the board.

import { bookingOf, instrumentOf, instruments, ms, self } from "./analyzers.js";
import { paths } from "./icons.js";
import { now } from "./state.js";
import { clock, known, named, problem, t } from "./words.js";

Object.assign(paths, {
  stop: ["solid", "M8 1.5h8L22.5 8v8L16 22.5H8L1.5 16V8zM6 10.5v3h12v-3z"],
  risk: ["line", "M12 3.2 22 20.5H2zM12 9.5v5M12 17.3v.2"],
  bolt: ["line", "M13.5 2.5 5 13.5h6l-1 8 8.5-11.5h-6z"],
  wrench: ["line", "M20.5 7a5 5 0 0 1-6.7 5.6L7.5 19a2.3 2.3 0 0 1-3.3-3.3L10.6 9.4A5 5 0 0 1 16.5 3l-3 3 .6 3 3 .6z"],
  lock: ["line", "M4.5 10.5h15V21h-15zM8 10.5V7.5a4 4 0 0 1 8 0v3"],
  clock: ["line", "M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19zM12 6.5V12l3.7 2.3"],
  lanes: ["line", "M3 5.5h9M8 12h12M5 18.5h8"],
  person: ["line", "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"],
  run: ["solid", "M8 5.5 19 12 8 18.5z"],
});

/** @type {Record<string, string>} */
const purposes = { routine: "Routine work", stat: "Urgent work", batch: "A batch that cannot be stopped", control: "Control", calibration: "Calibration", maintenance: "Maintenance", training: "Training" };
/** @param {string} p */
export const purpose = (p) => t(purposes[p] ?? p);
export const allPurposes = () => Object.keys(purposes).map((p) => /** @type {[string, string]} */ ([p, purpose(p)]));

/** @param {string} id */
export const placeName = (id) => instrumentOf(id)?.name ?? id.replace(/^instrument\//, "");
/** @param {Item[]} items */
export const places = (items) => items.map((i) => placeName(i.instrument)).join(", ");
/** @param {Booked} b */
export const whose = (b) => (self(b.owner) ? t("You") : named(b.who));

/** spanOf is "10:00 to 11:00", with the date if it is another day's. @param {string | number} start @param {string | number} end */
export const spanOf = (start, end) => t("{from} to {to}", { from: clock(start, now()), to: clock(end, ms(start)) });

/** long is a length in words. @param {number} n minutes */
export const long = (n) => (n < 60 ? `${n} min` : n % 60 ? `${Math.floor(n / 60)} h ${n % 60} min` : `${n / 60} h`);

/** kindOf is a booking's shape and state in a word: what tells it from others without its colour. @param {Booked} b @returns {[string, string, string]} class, icon, word */
export function kindOf(b) {
  if (b.standing === "at-risk") return ["risk", "risk", t("At risk")];
  if (b.standing === "asked") return ["asked", "bolt", t("Asked for")];
  if (b.standing === "held") return ["held", "clock", t("Held until {time}", { time: clock(b.until ?? b.end, now()) })];
  if (b.standing === "done") return ["done", "check", t("Done")];
  const running = b.standing === "in-use";
  if (running && !b.yields && b.purpose === "batch") return ["locked", "lock", t("Running, cannot be stopped")];
  if (running) return ["running", "run", t("Running")];
  if (b.purpose === "stat") return ["stat", "bolt", t("Urgent")];
  if (b.purpose === "control" || b.purpose === "calibration") return ["qc", "flask", purpose(b.purpose)];
  if (b.purpose === "maintenance") return ["care", "wrench", t("Maintenance")];
  if (b.purpose === "batch") return ["batch", "lock", t("Batch")];
  if (b.answered) return ["moved", "swap", t("Moved")];
  return self(b.owner) ? ["mine", "person", t("Yours")] : ["", "", t("Booked")];
}

/** titleOf is what a bar says in its first line. @param {Booked} b */
export const titleOf = (b) => (b.assays?.length ? b.assays.slice(0, 4).join(", ") : purpose(b.purpose));

/** said is all of a booking in a sentence, for who does not see the bar. @param {Booked} b */
export const said = (b) => [places(b.items), spanOf(b.start, b.end), titleOf(b), whose(b), kindOf(b)[2]].filter((w, i, all) => all.indexOf(w) === i).join(", ");

/** @type {Record<string, string>} */
const gates = { control: "Control", calibration: "Calibration", maintenance: "Maintenance", lot: "Reagent lot" };
/** @param {string} name */
export const gateName = (name) => t(gates[name] ?? name);

/** gateSays is what a gate says in words. @param {Gate} g */
export function gateSays(g) {
  const name = `${gateName(g.name)}${g.assay ? ` ${g.assay}` : ""}`;
  if (g.state === "failed") return t("{what} failed", { what: name });
  if (g.state === "overdue") return t("{what} overdue since {time}", { what: name, time: clock(g.due ?? now(), now()) });
  if (g.state === "due-soon") return t("{what} due {time}", { what: name, time: clock(g.due ?? now(), now()) });
  return g.due ? t("{what} passed, due {time}", { what: name, time: clock(g.due, now()) }) : t("{what} passed", { what: name });
}

const worst = ["failed", "overdue", "due-soon"];

/** stateOf is an analyzer's state: class, icon and words. @param {Instrument} i @returns {[string, string, string]} */
export function stateOf(i) {
  const incident = i.incidents?.find((n) => !n.planned || ms(n.start) <= now());
  if (i.status === "verifying") return ["soon", "flask", t("Being verified")];
  if (i.status === "down") return ["down", "stop", incident ? t("Down since {time}", { time: clock(incident.start, now()) }) : t("Down")];
  const gate = worst.map((w) => i.gates.find((g) => g.state === w)).find(Boolean);
  if (gate && gate.state !== "due-soon") return [gate.state === "failed" ? "down" : "soon", gate.state === "failed" ? "stop" : "risk", gateSays(gate)];
  if (i.status === "degraded" && incident) return ["soon", "risk", t("Not for {what}", { what: (incident.assays ?? []).join(", ") })];
  if (i.use) return ["busy", "run", self(i.use.operator.id) ? t("In use by you") : t("In use by {who}", { who: named(i.use.operator) })];
  if (gate) return ["soon", "flask", gateSays(gate)];
  return ["ready", "done", i.shared ? t("Ready, shared: {n} tests an hour", { n: i.capacity ?? 0 }) : t("Ready")];
}

/** obstacle is one rule that is in the way, in words. @param {Obstacle} o */
export function obstacle(o) {
  const own = known(`rule ${o.rule}`);
  const n = /\d+ h \d+ min|\d+ (?:h|min)\b|\d+/.exec(o.say)?.[0] ?? "";
  const words = own ? own.replace("{n}", n) : o.say;
  return o.assay ? `${o.assay}: ${words}` : words;
}

/** blocker is who or what is in the way. @param {string} id */
export function blocker(id) {
  const b = bookingOf(id);
  if (b) return t("{who}, {what}, {when}", { who: whose(b), what: titleOf(b), when: spanOf(b.start, b.end) });
  const on = instruments.value.find((i) => i.incidents?.some((n) => n.id === id));
  const incident = on?.incidents?.find((n) => n.id === id);
  return incident ? downWords(incident) : "";
}

/** downWords is since when something is down, and until when perhaps. @param {Incident} n */
export function downWords(n) {
  if (n.planned) return t("Planned to be out of use, {when}", { when: spanOf(n.start, n.end) });
  const since = t("Down since {time}", { time: clock(n.start, now()) });
  return ms(n.end) > 0 ? `${since}, ${t("back about {time}", { time: clock(n.end, now()) })}` : since;
}

/** @type {Record<string, string>} */
const problems = {
  stale: "The booking has changed since you looked. It is shown as it is now.", "not-yours": "Only its owner, who booked it, or a supervisor may do this.", over: "This booking is over.",
  "not-now": "This cannot be done where the booking or the analyzer stands now.", mismatch: "What you typed is not the analyzer that you give up. Look again and type its name.", "unknown-booking": "There is no such booking or analyzer any more.",
  "no-pin": "No PIN is set for you. Set one at your own screen, then come back.", "wrong-pin": "The staff name or the PIN is wrong.",
};
/** fault is what a command's refusal says here. @param {Problem} p */
export const fault = (p) => (problems[p.code] ? t(problems[p.code]) : problem(p));
