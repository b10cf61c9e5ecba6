// What happened to a call, in order, as people read it.

import { me } from "./state.js";
import { called } from "./ui.js";
import { capital, count, named, t } from "./words.js";

/** @typedef {{ at: string, what: string, who: string, why: string, end?: boolean }} Told */

/** @type {Record<string, string>} */
export const passReasons = {
  "not-my-patient": "Not my patient", "off-duty": "I am off duty", busy: "I am with another emergency", "wrong-service": "Another service's patient",
  transferred: "The patient was transferred", "may-not-receive": "I may not receive it", other: "Another reason",
};
/** @type {Record<string, string>} */
export const difficulties = {
  "no-answer": "No answer", busy: "Busy", refused: "Will not take it", "off-duty": "Is off duty", "wrong-patient": "Wrong patient or ward", "number-invalid": "Wrong number", equipment: "The line failed",
};
/** @type {Record<string, string>} */
const hows = { mine: "Took it", act: "Acts, not theirs", "call-me": "Asks for a telephone call" };

/** @param {Name | undefined} who */
const name = (who) => (who && who.id === me.value?.id ? t("You") : who ? named(who) : "");

/** told is every moment of a call. @param {Call} c @returns {Told[]} */
export function told(c) {
  const reach = c.rungs.flatMap((r) => r.reach ?? []).filter((r) => r.delivered || r.missed).map((r) => ({
    at: r.at, what: r.missed ? t("Not reached") : t("Delivered"), who: name(r),
    why: r.missed === "gone" ? t("The screen went away") : r.missed ? t("No screen confirmed it within 5 s") : r.device ? t("On a locked screen") : "",
  }));
  return [...(c.timeline ?? []).map(moment), ...reach].map((e, i) => ({ e, i })).sort((a, b) => (a.e.at < b.e.at ? -1 : a.e.at > b.e.at ? 1 : a.i - b.i)).map(({ e }) => e);
}

/** @param {Moment} m @returns {Told} */
function moment(m) {
  const who = name(m.by);
  const one = (/** @type {string} */ what, whom = who, why = m.why ?? "") => ({ at: m.at, what, who: whom, why });
  switch (m.what) {
    case "opened":
      return one((m.n ?? 1) > 1 ? t("Changed") : t("Opened"), "");
    case "called":
      return one(m.desk ? t("Desk told") : t("Called"), called({ ask: m.desk ? "desk" : "", to: m.to }).replace(t("Laboratory desk"), (m.to ?? []).map(name).join(", ")));
    case "skipped":
      return one(t("Nobody there"), "");
    case "seen":
      return one(t("Seen"));
    case "taken":
      return one(t(hows[m.code ?? ""] ?? "Took it"));
    case "passed-on":
      return one(t("Passed on"), who, [t(passReasons[m.code ?? ""] ?? m.code ?? ""), m.why].filter(Boolean).join(". "));
    case "mismatched":
      return one(t("Did not match"));
    case "telephone":
      return one(t("Telephone"), (m.to ?? []).map(named).join(", ") || who);
    case "telephoned":
      return { ...one(t("Told by telephone"), (m.to ?? []).map(named).join(", ") || who), end: true };
    case "telephone-failed":
      return one(t("Telephone failed"), (m.to ?? []).map(named).join(", ") || who, t(difficulties[m.code ?? ""] ?? m.code ?? ""));
    case "glass":
      return one(t("Broke the glass"), who, [m.code, m.why].filter(Boolean).join(": "));
    case "closed":
      return { ...one(m.code === "telephoned" ? t("Closed") : t("Read back")), end: true };
    case "ended":
      return { ...one(t("Ended"), who, (m.code ?? "").replaceAll("-", " ")), end: true };
    default:
      return one(capital(m.what.replaceAll("-", " ")));
  }
}

/** waits says who waits for whom. @param {Call} c */
export function waits(c) {
  const w = c.waits;
  if (!w) return "";
  const whom = (w.for ?? []).map((p) => name(p)).join(", ");
  if (w.what === "desk" || !whom) return t("Waits for the laboratory desk.");
  if (w.for?.length === 1 && w.for[0].id === me.value?.id) {
    if (w.what === "read-back") return t("You have taken it; your read-back is awaited.");
    if (w.what === "telephone") return w.by ? t("{by} telephones you.", { by: name(w.by) }) : t("You ask to be telephoned.");
    return t("Waits for your answer.");
  }
  if (w.what === "read-back") return t("{who} has taken it; the read-back is awaited.", { who: whom });
  if (w.what === "telephone") return w.by ? t("{by} telephones with {who}.", { by: name(w.by), who: whom }) : t("{who} asks to be telephoned.", { who: whom });
  return t("Waits for an answer of {who}.", { who: whom });
}

/** tries is how often a call's read-back differed. @param {Call} c */
export const tries = (c) => (c.mismatches ? count(c.mismatches, "{n} mismatch", "{n} mismatches") : "");
