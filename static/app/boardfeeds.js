// Secret addresses under which a calendar reads bookings: made here, shown once, ended by who made them or a supervisor.

import { useEffect, useRef, useState } from "preact/hooks";
import { instruments, self } from "./analyzers.js";
import { fault, placeName } from "./boardwords.js";
import { connected, now, record, say } from "./state.js";
import { Button, Choice, Field, h, html } from "./ui.js";
import { clock, named, t } from "./words.js";

/** @typedef {{ id: string, of: string, owner: Name, names?: boolean, since: string }} Feed */

/** of says whose bookings a calendar shows. @param {Feed} f */
const of = (f) => (f.of === "lab" ? t("All analyzers") : f.of.startsWith("instrument/") ? placeName(f.of) : self(f.owner.id) ? t("Your bookings") : t("Bookings of {who}", { who: named(f.owner) }));

/** Feeds stands beside the board. */
export function Feeds() {
  const [all, found] = useState(/** @type {Feed[] | null} */ (null));
  const [what, choose] = useState("");
  const [names, withNames] = useState(false);
  const [address, show] = useState("");
  const [busy, work] = useState(false);
  const [trouble, tell] = useState("");
  const load = () => record("feeds", {}).then((a) => found(a.feeds ?? []), (p) => tell(fault(p)));
  useEffect(() => {
    if (connected()) void load();
  }, [connected()]);
  /** @param {string} command @param {object} body @param {(answer: any) => void} done */
  const give = async (command, body, done) => {
    if (busy || !connected()) return;
    work(true);
    tell("");
    try {
      done(await record(command, body, crypto.randomUUID()));
      await load();
    } catch (p) {
      tell(fault(/** @type {Problem} */ (p)));
    }
    work(false);
  };
  const open = (/** @type {Event} */ e) => {
    e.preventDefault();
    void give("feed.open", { ...(what ? { of: what } : {}), ...(names ? { names } : {}) }, (a) => show(new URL(a.path, location.href).href));
  };
  const end = (/** @type {Feed} */ f) => void give("feed.end", { feed: f.id }, () => (show(""), say(t("The address is ended. Who has it reads nothing more."))));
  return html`<h2 tabindex="-1">${t("Bookings in a calendar")}</h2>
    <p class="note">${t("A calendar program reads the bookings at a secret address, without signing in. Whoever has the address can read them.")}</p>
    <p class="wrong" role="alert">${trouble}</p>
    ${address ? h(Address, { address }) : html`<form class="stack" onSubmit=${open}>
      ${h(Choice, { id: "feed-of", label: t("Which bookings"), value: what, change: choose, options: [["", t("Your bookings")], ["lab", t("All analyzers")], ...instruments.value.map((i) => /** @type {[string, string]} */ ([i.id, i.name]))] })}
      <label class="tick"><input type="checkbox" checked=${names} onChange=${() => withNames(!names)} /><span>${t("With the names of whose they are")}</span></label>
      <p><button class="button primary" type="submit" aria-disabled=${busy || !connected() ? "true" : undefined}>${t("Make an address")}</button></p></form>`}
    ${all?.length ? html`<section class="stack" aria-labelledby="feeds"><h3 id="feeds">${t("Addresses in use")}</h3><ul class="rows">${all.map((f) => html`<li key=${f.id}><span></span><span><b>${of(f)}</b><br />
      <span class="note">${[t("since {time}", { time: clock(f.since, now()) }), f.names && t("with names"), !self(f.owner.id) && named(f.owner)].filter(Boolean).join(", ")}</span></span>
      ${h(Button, { kind: "slim", off: busy || !connected(), do: () => end(f), label: `${t("End it")}: ${of(f)}, ${clock(f.since, now())}`, children: t("End it") })}</li>`)}</ul></section>` : null}`;
}

/** Address is shown once; nothing here keeps it. @param {{ address: string }} props */
function Address({ address }) {
  const [copied, tell] = useState("");
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const mark = () => box.current?.querySelector("input")?.select();
  const copy = async () => {
    mark();
    try {
      await navigator.clipboard.writeText(address);
      tell(t("Copied."));
    } catch {
      mark(); // a browser gives the clipboard only to a page that came over HTTPS
      tell(t("It is marked: copy it with Control and c."));
    }
  };
  return html`<div class="notice stack" ref=${box} role="group" aria-label=${t("The new address")}><p><b>${t("It is shown this once: copy it now.")}</b></p>
    ${h(Field, { id: "feed-address", label: t("The new address"), hint: t("With .csv at its end instead of .ics it is a table."), value: address, more: { readonly: true, autocomplete: "off" } })}
    <div class="row">${h(Button, { kind: "primary", do: () => void copy(), children: t("Copy it") })}<span role="status">${copied}</span></div></div>`;
}
