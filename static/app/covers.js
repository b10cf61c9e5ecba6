// Who stands in for whom: offered, accepted, in force. An offer changes nobody's duty until it is accepted.

import { useState } from "preact/hooks";
import { connected, duty, is, me, now, record, say } from "./state.js";
import { Button, Choice, Field, h, html } from "./ui.js";
import { clock, named, problem, t } from "./words.js";

/** @typedef {{ id?: string, post: string, shift?: string, out: Name, in: Name, from: string, to: string, standing: string, by?: Name }} Cover */

/** @type {Record<string, string>} */
const standings = { offered: "offered", "past-due": "offered, and its time has begun", accepted: "agreed", "in-force": "counts now" };
const plans = () => is("supervisor", "director", "administrator");

/** Covers lists what was offered and agreed, for those it concerns and those who plan; and offers another. */
export function Covers() {
  const [trouble, tell] = useState("");
  const all = /** @type {Cover[]} */ (duty.value?.covers ?? []).filter((c) => plans() || [c.out.id, c.in.id].includes(me.value?.id ?? ""));
  const name = (/** @type {string} */ post) => duty.value?.posts.find((p) => p.id === post)?.name ?? post.replace(/^post\//, "");
  /** @param {string} what @param {Cover} c @param {string} done */
  const run = async (what, c, done) => {
    tell("");
    try {
      await record(what, { cover: c.id }, crypto.randomUUID());
      say(done);
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  // Whoever did not offer it accepts it; those who plan may do so for them.
  const mayAccept = (/** @type {Cover} */ c) => plans() || (c.by?.id !== me.value?.id && (c.by?.id === c.in.id ? c.out.id : c.in.id) === me.value?.id);
  return html`<section class="panel stack" aria-labelledby="covers"><h2 id="covers">${t("Standing in")}</h2><p class="wrong" role="alert">${trouble}</p>
    ${all.length === 0 ? html`<p class="note">${t("Nothing is offered or agreed.")}</p>` : null}
    <ul class="rows covers">${all.map((c) => {
      const offered = ["offered", "past-due"].includes(c.standing);
      return html`<li key=${c.id}><span></span><span><b>${t("{in} for {out}", { in: named(c.in), out: named(c.out) })}</b>, ${name(c.post)}<br />
        <span class="note">${clock(c.from, now())} – ${clock(c.to, now())}. <span class=${c.standing === "past-due" ? "alarm" : ""}>${t(standings[c.standing] ?? c.standing)}</span>${offered && c.by ? `, ${t("by {who}", { who: named(c.by) })}` : ""}</span></span>
        <span class="row end">${offered && mayAccept(c) ? h(Button, { kind: "primary slim", off: !connected(), do: () => run("cover.accept", c, t("Agreed.")), children: t("Agree") }) : null}
          ${offered || plans() ? h(Button, { kind: "slim", off: !connected(), do: () => run("cover.withdraw", c, t("Taken back.")), children: offered && c.by?.id !== me.value?.id ? t("Decline") : t("Take it back") }) : null}</span></li>`;
    })}</ul>
    ${h(Offer, {})}</section>`;
}

/** Offer asks somebody to stand in for this person, or offers to stand in for somebody. */
function Offer() {
  const [open, show] = useState(false);
  const [post, setPost] = useState("");
  const [how, setHow] = useState("out");
  const [other, setOther] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [trouble, tell] = useState("");
  if (!open) return html`<p>${h(Button, { off: !duty.value, do: () => show(true), children: t("Ask for a stand-in, or offer yourself") })}</p>`;
  const r = /** @type {Roster} */ (duty.value);
  const chosen = post || r.posts[0]?.id || "";
  const mine = me.value?.id ?? "";
  const send = async () => {
    if (!other || !to) return tell(t("Choose who, and until when."));
    tell("");
    try {
      await record("cover.offer", { post: chosen, out: how === "out" ? mine : other, in: how === "out" ? other : mine, ...(from ? { from: new Date(from).toISOString() } : {}), to: new Date(to).toISOString() }, crypto.randomUUID());
      say(t("Offered. It counts when it is agreed."));
      show(false);
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  return html`<h3>${t("Offer")}</h3><div class="trio">${h(Choice, { id: "offer-how", label: t("Who stands in"), value: how, change: setHow, options: [["out", t("Somebody for me")], ["in", t("I for somebody")]] })}
      ${h(Choice, { id: "offer-post", label: t("Post"), value: chosen, change: setPost, options: r.posts.map((p) => /** @type {[string, string]} */ ([p.id, p.name])) })}
      ${h(Choice, { id: "offer-other", label: how === "out" ? t("Who comes") : t("Instead of"), value: other, change: setOther, options: [["", t("Choose a person")], ...(r.staff ?? []).filter((/** @type {Name} */ p) => p.id !== mine).map((/** @type {Name} */ p) => /** @type {[string, string]} */ ([p.id, named(p)]))] })}
      ${h(Field, { id: "offer-from", label: t("From"), type: "datetime-local", hint: t("Empty: now"), value: from, change: setFrom })}${h(Field, { id: "offer-to", label: t("Until"), type: "datetime-local", value: to, change: setTo })}</div>
    <p class="wrong" role="alert">${trouble}</p><p class="row">${h(Button, { kind: "primary", off: !connected(), do: send, children: t("Offer it") })}${h(Button, { kind: "bare", do: () => show(false), children: t("Not now") })}</p>`;
}
