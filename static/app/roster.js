// Posts, shifts and ladders as they are in force, and who would get a call.

import { useState } from "preact/hooks";
import { Covers } from "./covers.js";
import { OnNow, WhoWould } from "./duty.js";
import { Ladders, Receiving } from "./ladders.js";
import { duty, is, now, record } from "./state.js";
import { Button, Choice, Field, h, Heading, html } from "./ui.js";
import { clock, count, named, problem, t } from "./words.js";

export function RosterPage() {
  const r = duty.value;
  if (!r) return html`<div class="page-head">${h(Heading, { children: t("Roster") })}</div><p class="note">${t("One moment")}</p>`;
  const names = new Map([...r.duty.map((d) => d.who), ...(r.staff ?? [])].map((p) => [p.id, p])); // most of those planned are not on now
  const who = (/** @type {string} */ id) => named(names.get(id) ?? { id });
  const day = now() + 24 * 3600_000;
  return html`<div class="page-head"><div>${h(Heading, { children: t("Roster") })}<p>${count(r.posts.length, "{n} post.", "{n} posts.")} ${count(r.shifts.length, "{n} shift published.", "{n} shifts published.")}</p></div></div>
    <div class="columns even">${h(OnNow, {})}${h(WhoWould, {})}
      <section class="panel" aria-labelledby="next-day"><h2 id="next-day">${t("The next 24 hours")}</h2><div class="scroll" tabindex="0" role="group"><table><thead><tr><th scope="col">${t("Post")}</th><th scope="col">${t("Who")}</th><th scope="col">${t("From")}</th><th scope="col">${t("To")}</th></tr></thead>
        <tbody>${r.posts.flatMap((p) => r.shifts.filter((s) => s.post === p.id && Date.parse(s.from) < day).sort((a, b) => (a.from < b.from ? -1 : 1)).map((s) => html`<tr key=${s.id}><th scope="row">${p.name}</th><td>${who(s.person)}${s.rank ? html` <span class="note">${t("Second call")}</span>` : null}</td><td>${clock(s.from, now())}</td><td>${clock(s.to, now())}</td></tr>`))}</tbody></table></div></section>
      ${is("supervisor", "director", "administrator") ? h(Cover, {}) : null}
      ${h(Covers, {})}${is("supervisor", "director", "administrator") ? h(Receiving, {}) : null}
      ${h(Ladders, {})}</div>`;
}

/** Cover lets one person stand in for another, from now on. */
function Cover() {
  const r = /** @type {Roster} */ (duty.value);
  const [post, setPost] = useState("");
  const [out, setOut] = useState("");
  const [to, setTo] = useState("");
  const [until, setUntil] = useState("");
  const [say, tell] = useState("");
  const posts = /** @type {[string, string][]} */ (r.posts.map((p) => [p.id, p.name]));
  const chosen = post || posts[0]?.[0] || "";
  const on = r.duty.filter((d) => d.post === chosen);
  const people = (r.staff ?? []).map((/** @type {Name} */ p) => /** @type {[string, string]} */ ([p.id, named(p)])); // who comes is seldom on already
  const send = async () => {
    try {
      await record("roster.cover", { post: chosen, out: out || on[0]?.who.id || "", in: to, to: until ? new Date(until).toISOString() : "" }, crypto.randomUUID());
      tell(t("Recorded. It counts from now."));
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  return html`<section class="panel stack" aria-labelledby="cover"><h2 id="cover">${t("Somebody stands in")}</h2>
    <div class="trio">${h(Choice, { id: "cover-post", label: t("Post"), value: chosen, change: setPost, options: posts })}
      ${h(Choice, { id: "cover-out", label: t("Instead of"), value: out || on[0]?.who.id || "", change: setOut, options: on.map((d) => /** @type {[string, string]} */ ([d.who.id, named(d.who)])) })}
      ${h(Choice, { id: "cover-in", label: t("Who comes"), value: to, change: setTo, options: [["", t("Choose a person")], ...people] })}
      ${h(Field, { id: "cover-until", label: t("Until"), type: "datetime-local", value: until, change: setUntil })}</div>
    <p role="alert" class="soft">${say}</p><p>${h(Button, { kind: "primary", off: !until || !to || on.length === 0, do: send, children: t("Let them stand in") })}</p></section>`;
}
