// How urgent a call is for who looks, and until when.

import { me } from "./state.js";

/**
 * urgency is until when the step that counts lasts, or lasted: for a person who was called their own first step, for
 * everybody else the first step of the call.
 * @param {Call} c @param {number} now
 */
export function urgency(c, now) {
  // What was asked about an older version counts no more: a correction starts the ladder anew.
  const rungs = c.rungs.filter((r) => !r.version || r.version === c.version);
  const own = Math.max(0, rungs.findIndex((r) => (r.to ?? []).some((p) => p.id === me.value?.id)));
  const ends = [(rungs[own + 1] ?? c.next)?.at, c.breach].flatMap((at) => (at ? [Date.parse(at)] : []));
  const at = ends.length ? Math.min(...ends) : Date.parse(c.opened);
  return { kind: at <= now ? "late" : c.tier === "significant" ? "significant" : "critical", at };
}

/** byUrgency sorts: the longest late first, then by time left. @param {Call[]} calls @param {number} now */
export function byUrgency(calls, now) {
  const at = new Map(calls.map((c) => [c, urgency(c, now).at]));
  return [...calls].sort((a, b) => (at.get(a) ?? 0) - (at.get(b) ?? 0) || (a.id < b.id ? -1 : 1));
}

/** atDesk tells whether the laboratory's desk was told to telephone. @param {Call} c */
export const atDesk = (c) => c.standing === "open" && (!!c.task || c.rungs.some((r) => r.desk || r.ask === "desk"));
