// The bench: every open call as it grows, what waits for the laboratory, and what is over.

import { h, icon } from "./dom.js";
import { ringing } from "./list.js";
import { button, due, kindOf, labels, outcome, then, value } from "./parts.js";
import { app, connected, now } from "./state.js";
import { atDesk, byUrgency, urgency } from "./urgency.js";
import { because, called, capital, clock, count, day, exact, named, reason, span, took } from "./words.js";

const lately = 20_000; // ms for which a call that has just closed is marked

export function bench() {
  const calls = byUrgency(app.calls, now());
  const desk = calls.filter(atDesk);
  const rest = calls.filter((c) => !atDesk(c));
  return h("div", { class: "bench" },
    h("div", { class: "page-head" }, heading(desk.length + app.work.length)),
    h("div", { class: "bench-main" },
      desk.map((c) => card(c, true)),
      h("section", { class: "panel", "aria-labelledby": "open-calls" },
        h("div", { class: "panel-head" }, h("h2", { id: "open-calls" }, desk.length ? "Other open calls" : "Open calls"),
          h("p", { class: "note" }, rest.length ? `${rest.length} open${connected() ? ", growing as it happens" : ""}` : "none")),
        app.alone ? h("p", { class: "notice" }, `${count(app.alone, "open call has", "open calls have")} nobody connected here whom it called: telephone sooner.`) : null,
        rest.map((c) => card(c, false)))),
    h("div", { class: "bench-side" }, work(), closed(), ringing()));
}

function heading(n) {
  if (app.line.state === "connecting") return h("div", {}, h("h1", { tabindex: "-1" }, "Connecting"));
  const late = app.calls.filter((c) => urgency(c, now()).kind === "late").length;
  const at = connected() ? `${day(now())}, ${clock(now())}` : `As of ${clock(app.line.since)}`;
  return h("div", {}, h("h1", { tabindex: "-1" }, !connected() ? "The bench as it was" : n === 0 ? "Nothing waits for the laboratory" : n === 1 ? "1 thing needs a person now" : `${n} things need a person now`),
    h("p", {}, `${count(app.calls.length, "call is", "calls are")} open${late ? `, ${late} late` : ""}. ${at}`));
}

function card(c, desk) {
  const { kind } = urgency(c, now());
  const r = c.results[0] ?? {};
  return h("article", { class: `bench-call ${desk ? "desk" : ""} ${kind}`, "data-key": c.id, "data-ref": c.ref, "aria-label": labels(c) },
    desk ? h("header", { class: "desk-head" },
      h("h2", {}, icon("late"), `Telephone now: ${labels(c)}${c.unitNow || c.unit ? `, ${c.unitNow || c.unit}` : ""}`), h("p", {}, due(c)),
      h("p", { class: "desk-why" }, telephone(c))) : null,
    h("div", { class: "bench-row" },
      desk ? null : h("p", { class: `tag ${kind}` }, kindOf(c), due(c, true)),
      c.results.map((one) => h("p", {}, h("b", {}, one.label), " ", value(one.value, one.unit, "small"))),
      h("p", { class: "soft" }, [c.unitNow || c.unit, c.patient.name || "not identified"].filter(Boolean).join(" · ")),
      c.mismatches ? h("p", { class: "tag plain" }, icon("unequal"), count(c.mismatches, "mismatch", "mismatches")) : null,
      button("open", { class: "button slim end", "data-id": c.id, "aria-label": `Look: ${labels(c)}, ${c.ref}` }, "Look", icon("next"))),
    r.why ? h("p", { class: "note" }, `${capital(r.why)}. `, then(c)) : h("p", { class: "note" }, then(c)),
    timeline(c));
}

function telephone(c) {
  const asked = c.rungs.filter((r) => r.ask !== "desk" && (r.to ?? []).length);
  const why = c.rungs.findLast((r) => r.ask === "desk" || r.desk)?.why ?? "";
  const who = [...new Set(asked.flatMap((r) => r.to.map(named)))];
  const silent = c.mismatches > 1 ? because(why) : who.length ? `No read-back from ${who.join(", ")} for ${span(now() - Date.parse(asked[0].at))}` : "Nobody was found to call";
  return `${silent}.`;
}

// timeline is what happened to a call, in order, and what comes next.
function timeline(c) {
  const looks = (c.seen ?? []).map((l) => ({ at: l.at, what: "Seen", who: named(l.by) }));
  const rungs = c.rungs.map((r) => (r.ask === "desk" ? { at: r.at, what: "Desk told", who: "", why: r.why } : { at: r.at, what: r.desk ? "Called, desk told" : "Called", who: called({ ...r, desk: false }), why: r.why }));
  const done = c.standing === "open" ? [] : [{ at: c.finished, what: c.outcome === "read-back" ? "Read back" : "Ended", who: named(c.owner), end: true }];
  const all = [{ at: c.opened, what: "Opened", who: "" }, ...rungs, ...looks, ...done].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const items = all.map((e) => h("li", { class: e.end ? "end" : "", title: e.why ? because(e.why) : null }, h("b", {}, e.what), h("span", {}, e.who), h("time", {}, exact(e.at, now()))));
  if (c.standing === "open") {
    items.push(h("li", { class: "wait" }, h("b", {}, "Read back"), h("span", {}, c.mismatches ? `not yet, ${count(c.mismatches, "mismatch", "mismatches")}` : "not yet")));
    if (c.next) items.push(h("li", { class: "next" }, h("b", {}, called(c.next)), h("time", {}, `at ${clock(c.next.at, now())}`)));
  }
  return h("ol", { class: "timeline", "aria-label": "What happened so far" }, items);
}

function work() {
  return h("section", { class: "panel", "aria-labelledby": "work" }, h("h2", { id: "work" }, "To settle"),
    app.work.length === 0 ? h("p", { class: "note" }, "Nothing waits. Every message was understood.") : null,
    h("ul", { class: "rows" }, app.work.map((w) => {
      const late = Date.parse(w.opened) + 600_000 <= now();
      return h("li", { "data-key": w.id, class: w.critical ? "hot" : "" }, h("span", { class: w.critical ? "alarm" : "soon" }, icon(w.critical ? "critical" : "significant")),
        h("span", {}, h("b", {}, reason(w.reason)), w.critical && w.reason !== "unidentified" ? h("span", { class: "alarm" }, " may be critical") : null, h("br"),
          h("span", { class: "note" }, [w.sender && `From ${w.sender}`, w.code && `code ${[w.code, w.system].filter(Boolean).join(" ")}`, w.waiting > 1 && `${w.waiting} results wait`].filter(Boolean).join(", ") || "Kept whole",
            `. With ${named(w.owner)}; asked again at ${clock(w.due, now())}.`)),
        h("span", { class: `note end${late ? " alarm" : ""}` }, `${span(now() - Date.parse(w.opened))} old`));
    })));
}

function closed() {
  return h("section", { class: "panel", "aria-labelledby": "closed" }, h("h2", { id: "closed" }, "Closed in the last hours"),
    app.finished.length === 0 ? h("p", { class: "note" }, "None yet.") : null,
    h("ul", { class: "rows", id: "closed-calls" }, app.finished.map((c) => h("li", { "data-key": c.id, "data-ref": c.ref, class: now() - Date.parse(c.finished) < lately ? "fresh" : "" },
      h("span", { class: "ready" }, icon("done")),
      h("span", {}, h("b", {}, c.results.map((r) => [r.label, r.value, r.unit].filter(Boolean).join(" ")).join(", ")), h("br"),
        h("span", { class: "note" }, `${outcome(c)}${c.mismatches ? `, after ${count(c.mismatches, "mismatch", "mismatches")}` : ""}.`)),
      h("span", { class: "note end" }, exact(c.finished, now()), h("br"), `in ${took(Date.parse(c.finished) - Date.parse(c.opened))}`)))));
}
