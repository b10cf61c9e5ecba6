// Who is admitted, with which role; admitting and disabling are an administrator's.

import { useEffect, useState } from "preact/hooks";
import { connected, is, now, record } from "./state.js";
import { Sessions } from "./sessions.js";
import { Button, Choice, face, Field, h, Heading, html, icon } from "./ui.js";
import { clock, count, problem, t } from "./words.js";

const roles = ["clinician", "technician", "supervisor", "director", "administrator"];

export function People() {
  const [people, found] = useState(/** @type {Person[]} */ ([]));
  const [at, know] = useState(/** @type {Connected} */ ({ whole: false }));
  const [say, tell] = useState("");
  const [text, seek] = useState("");
  const [adds, add] = useState(false);
  const load = () => record("people", {}).then((x) => (found(x.people ?? []), know(x.connected), tell("")), (p) => tell(problem(p)));
  useEffect(() => {
    if (connected()) void load();
  }, [connected()]);
  const shown = people.filter((p) => !text || [p.name, p.title, p.login, p.role, ...(p.units ?? [])].join(" ").toLowerCase().includes(text.toLowerCase()));
  return html`<div class="page-head"><div>${h(Heading, { children: t("People") })}<p>${count(people.filter((p) => !p.disabled).length, "{n} person may sign in.", "{n} people may sign in.")}</p></div>
      ${is("administrator") ? h(Button, { do: () => add(!adds), expanded: adds, children: html`${icon("plus")}<span>${t("Admit a person")}</span>` }) : null}</div>
    <p class="wrong" role="alert">${say}</p>
    ${adds ? h(Admit, { done: () => (add(false), void load()) }) : null}
    ${h(Field, { id: "seek", label: t("Find"), value: text, change: seek, type: "search" })}
    <section class="panel scroll" tabindex="0" role="region" aria-label=${t("People")}><table><thead><tr><th scope="col">${t("Name")}</th><th scope="col">${t("Role")}</th><th scope="col">${t("Units")}</th><th scope="col">${t("Badge")}</th><th scope="col"><span class="unseen">${t("Do")}</span></th></tr></thead>
      <tbody>${shown.map((p) => h(Row, { key: p.id, person: p, on: at.people?.[p.id] ?? (at.whole ? 0 : undefined), load, tell }))}</tbody></table></section>`;
}

/** @param {{ person: Person, on: number | undefined, load: () => void, tell: (say: string) => void }} props */
function Row({ person: p, on, load, tell }) {
  const [sure, ask] = useState(false);
  const [open, show] = useState(false);
  const disable = async () => {
    try {
      await record("disable", { person: p.id }, crypto.randomUUID());
      load();
    } catch (e) {
      tell(problem(/** @type {Problem} */ (e)));
    }
    ask(false);
  };
  const badge = p.disabled ? t("disabled") : p.until && !p.until.startsWith("0001") ? t("until {time}", { time: clock(p.until, now()) }) : t("valid");
  return html`<tr class=${p.disabled ? "soft" : ""}><th scope="row"><span class="with-icon">${face(p.name)}<span><bdi>${p.name}</bdi><br /><span class="note">${[p.title, p.login].filter(Boolean).join(" · ")}</span></span></span></th>
    <td>${t(p.role)}${p.receives ? html`<br /><span class="note">${t("reads back")}</span>` : null}</td><td>${(p.units ?? []).join(", ")}</td><td>${badge}${p.disabled || on === undefined ? null : html`<br /><span class="note">${on ? count(on, "connected on {n} device", "connected on {n} devices") : t("not connected")}</span>`}</td>
    <td class="num">${is("administrator") && !p.disabled ? html`${h(Button, { kind: "slim", expanded: open, do: () => show(!open), label: `${t("Sign-ins")}: ${p.name}`, children: t("Sign-ins") })} ` : null}${is("administrator") && !p.disabled ? (sure ? html`${h(Button, { kind: "primary slim", do: disable, children: t("Disable {who}", { who: p.name }) })} ${h(Button, { kind: "slim", do: () => ask(false), children: t("Keep") })}` : h(Button, { kind: "slim", do: () => ask(true), label: `${t("Disable")}: ${p.name}`, children: t("Disable") })) : null}</td></tr>${open ? html`<tr><td colspan="5">${h(Sessions, { person: p.id, name: p.name })}</td></tr>` : null}`;
}

/** @param {{ done: () => void }} props */
function Admit({ done }) {
  const [p, set] = useState({ name: "", login: "", title: "", role: "clinician", units: "", password: "" });
  const [say, tell] = useState("");
  const field = (/** @type {keyof typeof p} */ id, /** @type {string} */ label, /** @type {string} */ hint = "", /** @type {string} */ type = "text") => h(Field, { id: `admit-${id}`, label, hint, type, value: p[id], change: (text) => set({ ...p, [id]: text }), more: { autocomplete: "off" } });
  const send = async (/** @type {Event} */ e) => {
    e.preventDefault();
    if (!p.name.trim() || !p.login.trim() || p.password.length < 8) return tell(t("A name, a staff name and a password of at least 8 characters are needed."));
    try {
      await record("admit", { person: { id: "", name: p.name.trim(), login: p.login.trim(), title: p.title.trim(), role: p.role, receives: p.role === "clinician", units: p.units.split(/[\s,]+/).filter(Boolean) }, password: p.password }, crypto.randomUUID());
      done();
    } catch (err) {
      tell(problem(/** @type {Problem} */ (err)));
    }
  };
  return html`<form class="panel stack" novalidate onSubmit=${send}><h2>${t("Admit a person")}</h2>
    <div class="trio">${field("name", t("Your full name").replace(/^(Your|Ihr) /, "").replace(/^./, (c) => c.toUpperCase()))}${field("login", t("Staff name"))}${field("title", t("Title or post"))}
      ${h(Choice, { id: "admit-role", label: t("Role"), value: p.role, change: (role) => set({ ...p, role }), options: roles.map((r) => /** @type {[string, string]} */ ([r, t(r)])) })}${field("units", t("Units"), t("Codes, with a comma between"))}${field("password", t("First password"), t("At least 8 characters."), "password")}</div>
    <p class="wrong" role="alert">${say}</p><p><button class="button primary" type="submit">${t("Admit")}</button></p></form>`;
}
