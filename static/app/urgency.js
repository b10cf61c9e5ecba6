// How urgent a call is for who looks, and until when.

import { app } from "./state.js";

// urgency is { kind: "late" | "critical" | "significant", at }: at is when the step that counts ends, or ended. For a
// person who was called it is their own first step, for everybody else the first step of the call.
export function urgency(c, now) {
  // What was asked about an older version counts no more: a correction starts the ladder anew.
  const rungs = c.rungs.filter((r) => !r.version || r.version === c.version);
  const own = Math.max(0, rungs.findIndex((r) => (r.to ?? []).some((p) => p.id === app.me?.id)));
  const ends = [(rungs[own + 1] ?? c.next)?.at, c.breach].filter(Boolean).map((t) => Date.parse(t));
  const at = ends.length ? Math.min(...ends) : Date.parse(c.opened);
  return { kind: at <= now ? "late" : c.tier === "significant" ? "significant" : "critical", at };
}

// byUrgency sorts: late ones first, the longest late first, then by time left.
export const byUrgency = (calls, now) => [...calls].sort((a, b) => urgency(a, now).at - urgency(b, now).at || (a.id < b.id ? -1 : 1));

// atDesk tells whether the laboratory's desk was told to telephone.
export const atDesk = (c) => c.standing === "open" && c.rungs.some((r) => r.desk || r.ask === "desk");
