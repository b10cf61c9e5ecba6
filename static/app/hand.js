// A result entered by hand, with the limits' verdict before it is sent.

import { useEffect, useState } from "preact/hooks";
import { connected, record, say } from "./state.js";
import { Button, Choice, Field, h, Heading, html, icon } from "./ui.js";
import { decimal, limit, locale, problem, t } from "./words.js";

const blank = { number: "", name: "", born: "", sex: "", unit: "", loinc: "", label: "", value: "", units: "", accession: "", note: "" };

/** body leaves out what was left empty. @param {typeof blank} f */
const body = (f) => Object.fromEntries(Object.entries({
  patient: f.number, name: f.name, born: f.born, sex: f.sex, unit: f.unit, test: f.loinc, value: f.value, measure: f.units, accession: f.accession, notes: f.note.trim() ? [f.note.trim()] : "", locale: locale(),
}).map(([k, v]) => [k, typeof v === "string" ? v.trim() : v]).filter(([, v]) => v !== ""));

/** @type {Record<string, string>} */
const outcomes = { "no-limit": "No limit is in force for this test: it waits for the bench.", "unknown-unit": "The unit is not understood: it waits for the bench.", unreadable: "The value is not understood: it waits for the bench.", "unknown-test": "The test is not known: it waits for the bench." };

export function ByHand() {
  const [f, set] = useState(blank);
  const [tests, list] = useState(/** @type {LimitRow[]} */ ([]));
  const [verdict, judge] = useState(/** @type {any} */ (null));
  const [wrong, tell] = useState("");
  const [done, finish] = useState("");
  useEffect(() => {
    if (!connected()) return;
    record("limits", {}).then((a) => {
      const now = a.active?.[""]?.at(-1);
      const own = (a.sets ?? []).find((/** @type {LimitSet} */ s) => s.id === now?.limits && s.version === now?.version) ?? a.sets?.[0];
      list([...new Map((own?.rows ?? []).map((/** @type {LimitRow} */ r) => [r.loinc, r])).values()]);
    }, () => {});
  }, [connected()]);
  const put = (/** @type {Partial<typeof blank>} */ news) => {
    set({ ...f, ...news });
    judge(null);
    tell("");
  };
  const field = (/** @type {keyof typeof blank} */ id, /** @type {string} */ label, /** @type {string} */ hint = "", /** @type {Record<string, any>} */ more = {}) => h(Field, { id, label, hint, value: f[id], change: (text) => put({ [id]: text }), more: { autocomplete: "off", maxlength: 80, ...more } });
  const run = async (/** @type {string} */ what) => {
    if (!f.number.trim() || !f.loinc || !f.value.trim()) return tell(t("A number of the patient, a test and its value are needed."));
    tell("");
    try {
      const a = await record(what, body(f), what === "result.report" ? crypto.randomUUID() : undefined);
      if (what === "result.try") return judge(a);
      finish(`${t("Filed: {what} {value} {unit}.", { what: f.label, value: f.value, unit: f.units })} ${a.ref ? t("Call {ref} is open.", { ref: a.ref }) : a.held ? t("The bench confirms it first.") : a.work ? t("It waits for the bench.") : ""}`);
      say(t("The result is filed."));
      set(blank);
      judge(null);
    } catch (p) {
      const e = /** @type {Problem} */ (p);
      tell(problem(e));
    }
  };
  const critical = verdict?.outcome === "critical";
  const waits = outcomes[verdict?.outcome ?? ""];
  return html`<div class="page-head"><div>${h(Heading, { children: t("Enter a result by hand") })}<p>${t("When an analyzer or the laboratory's system cannot send it. It is judged and called like any other.")}</p></div></div>
    ${done ? html`<p class="notice calm" role="status">${done}</p>` : null}
    <form class="stack" novalidate autocomplete="off" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), void run("result.try"))}>
      <section class="panel stack" aria-labelledby="hand-who"><h2 id="hand-who">${t("Patient")}</h2>
        <div class="trio">${field("number", t("Record number"), t("Any number of the patient"))}${field("name", t("Name"), t("Only if nobody knows this number yet"))}${field("born", t("Born"), "", { type: "date" })}${h(Choice, { id: "sex", label: t("Sex"), value: f.sex, change: (sex) => put({ sex }), options: [["", t("not known")], ["F", "F"], ["M", "M"]] })}${field("unit", t("Unit"), t("Where the patient is now"))}${field("accession", t("Accession"))}</div></section>
      <section class="panel stack" aria-labelledby="hand-what"><h2 id="hand-what">${t("Result")}</h2>
        <div class="trio">${h(Choice, { id: "test", label: t("Test"), value: f.loinc, change: (loinc) => { const r = tests.find((x) => x.loinc === loinc); put({ loinc, label: r?.analyte ?? "", units: r?.unit ?? "" }); }, options: [["", t("Choose a test")], ...tests.map((r) => /** @type {[string, string]} */ ([r.loinc, r.analyte]))] })}
          ${field("value", t("Value"), verdict?.outcome === "unreadable" ? t("Here the decimal mark is {mark}", { mark: decimal() }) : "", { inputmode: "decimal" })}${field("units", t("Unit of the value"))}${field("note", t("About the sample"), t("Such as haemolysed"))}</div>
        <p class="wrong" role="alert">${wrong}</p>
        ${verdict ? html`<div class=${`notice ${critical || waits ? "" : "calm"}`} role="status"><p class="with-icon"><b>${critical ? html`${icon("critical")} ${verdict.held ? t("Critical: the bench confirms it first, then it is called.") : t("Critical: it is called at once.")}` : waits ? html`${icon("significant")} ${t(waits)}` : html`${icon("done")} ${t("Not critical: it is filed and nobody is called.")}`}</b></p>${verdict.patient?.name || verdict.place ? html`<p><bdi>${verdict.patient?.name ?? ""}</bdi> ${verdict.place ?? ""}</p>` : null}${verdict.why ? html`<p>${limit(verdict.why)}.</p>` : null}</div>
          <p class="row">${h(Button, { kind: "primary", off: !connected(), do: () => run("result.report"), children: critical ? t("Send it: call it now") : t("Send it") })}${h(Button, { kind: "bare", do: () => judge(null), children: t("Change it") })}</p>`
          : html`<p><button class="button primary" type="submit" aria-disabled=${connected() ? undefined : "true"}>${icon("scale")}<span>${t("What do the limits say?")}</span></button></p>`}</section></form>`;
}
