// Naming the patient of a call that went out by its accession number: two identifiers, and how the bench knows them.

import { useState } from "preact/hooks";
import { connected, record, refresh, say } from "./state.js";
import { Button, Choice, Field, h, html, icon } from "./ui.js";
import { problem, t } from "./words.js";

/** @type {[string, string][]} */
const reasons = [["label", "From the label of the specimen"], ["request-form", "From the request form"], ["sender-told", "The sender said so"], ["ward-told", "The ward said so"], ["other", "Another way"]];
const blank = { number: "", name: "", born: "", sex: "", reason: "", note: "" };

/** Identify asks who the patient is, since a call without one can only be telephoned. @param {{ call: Call }} props */
export function Identify({ call: c }) {
  const [open, show] = useState(false);
  const [f, set] = useState(blank);
  const [sure, ask] = useState(false);
  const [trouble, tell] = useState("");
  if (!open) return html`<p>${h(Button, { kind: "slim", off: !connected(), do: () => show(true), children: html`${icon("people")}<span>${t("The patient is known: name them")}</span>` })}</p>`;
  const put = (/** @type {Partial<typeof blank>} */ news) => {
    set({ ...f, ...news });
    ask(false);
    tell("");
  };
  const field = (/** @type {keyof typeof blank} */ id, /** @type {string} */ label, /** @type {string} */ hint = "", /** @type {Record<string, any>} */ more = {}) => h(Field, { id: `identify-${id}-${c.ref}`, label, hint, value: f[id], change: (text) => put({ [id]: text }), more: { autocomplete: "off", maxlength: 80, ...more } });
  const check = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (!f.number.trim() || (!f.name.trim() && !f.born)) return tell(t("Two identifiers are needed: the number, and the name or the date of birth."));
    if (!f.reason) return tell(t("Choose how it is known."));
    if (f.reason === "other" && !f.note.trim()) return tell(t("Say why in a few words."));
    ask(true);
  };
  const send = async () => {
    try {
      await record("identify", { call: c.id, version: c.version, ...Object.fromEntries(Object.entries(f).map(([k, v]) => [k, v.trim()]).filter(([, v]) => v)) }, crypto.randomUUID());
      say(t("The patient is named. Whoever was called sees it now."));
      show(false);
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
    ask(false);
    refresh(c.id);
  };
  return html`<form class="stack identify" novalidate autocomplete="off" aria-label=${t("Name the patient")} onSubmit=${check}><h3>${t("Whose specimen is it?")}</h3>
    <p class="note">${t("As it stands on the label. If the number is known here, the name or the date of birth must be the known ones.")}</p>
    <div class="trio">${field("number", t("Record number"))}${field("name", t("Name"), t("Family name, given name"), { autocapitalize: "words" })}${field("born", t("Born"), "", { type: "date" })}
      ${h(Choice, { id: `identify-sex-${c.ref}`, label: t("Sex"), value: f.sex, change: (sex) => put({ sex }), options: [["", t("not known")], ["F", "F"], ["M", "M"]] })}
      ${h(Choice, { id: `identify-reason-${c.ref}`, label: t("How is it known?"), value: f.reason, change: (reason) => put({ reason }), options: [["", t("Choose")], ...reasons.map(([code, words]) => /** @type {[string, string]} */ ([code, t(words)]))] })}${field("note", t("In your words"), "", { maxlength: 200 })}</div>
    <p class="wrong" role="alert">${trouble}</p>
    ${sure ? html`<p class="notice" role="alert">${t("It goes to whoever was called, with this name, and can then be read back:")} <b><bdi>${f.number.trim()}</bdi>, <bdi>${f.name.trim() || f.born}</bdi></b></p>` : null}
    <p class="row">${sure ? h(Button, { kind: "primary", off: !connected(), do: send, children: t("Yes: it is this patient's") }) : html`<button class="button primary" type="submit">${t("Look at it once more")}</button>`}${h(Button, { kind: "bare", do: () => show(false), children: t("Not now") })}</p></form>`;
}
