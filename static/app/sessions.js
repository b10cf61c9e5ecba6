// Where somebody is signed in, and how those sign-ins are ended; one's own PIN and password.

import { useEffect, useState } from "preact/hooks";
import { connected, me, now, pin, record, say } from "./state.js";
import { Button, Field, h, Heading, html, icon } from "./ui.js";
import { clock, problem, t } from "./words.js";

const hashing = 30_000; // ms: a password is made slow to check on purpose

/** @typedef {{ id: string, means: string, device?: boolean, since: string, until: string, this?: boolean }} Session */

/** @param {Session} s */
const kindOf = (s) => t(s.this ? "This screen" : s.device ? "A locked screen" : s.means === "token" ? "A program, by its token" : "Another screen");

/**
 * Sessions lists where a person is signed in; without one it is oneself.
 * @param {{ person?: string, name?: string }} props
 */
export function Sessions({ person, name }) {
  const [all, found] = useState(/** @type {Session[] | null} */ (null));
  const [trouble, tell] = useState("");
  const load = () => record("sessions", person ? { person } : {}).then((x) => (found(x.sessions ?? []), tell("")), (p) => tell(problem(p)));
  useEffect(() => {
    if (connected()) void load();
  }, [person, connected()]);
  /** @param {object} body @param {string} done */
  const end = async (body, done) => {
    try {
      await record("sessions.end", body, crypto.randomUUID());
      say(done);
    } catch (p) {
      return tell(problem(/** @type {Problem} */ (p)));
    }
    void load();
  };
  const others = (all ?? []).filter((s) => !s.this);
  return html`<p class="wrong" role="alert">${trouble}</p>
    ${all?.length === 0 ? html`<p class="note">${t("Nobody is signed in with this name now.")}</p>` : null}
    <ul class="rows sessions">${(all ?? []).map((s) => html`<li key=${s.id}><span class=${s.this ? "ready" : "soft"}>${icon(s.device ? "key" : "wall")}</span>
      <span><b>${kindOf(s)}</b><br /><span class="note">${t("since {since}, until {until}", { since: clock(s.since, now()), until: clock(s.until, now()) })}${s.device ? `. ${t("It still rings, and shows nothing.")}` : ""}</span></span>
      ${s.this ? null : h(Button, { kind: "slim", off: !connected(), do: () => end({ session: s.id }, t("Signed out there.")), label: `${t("Sign out")}: ${kindOf(s)}, ${clock(s.since, now())}`, children: t("Sign out") })}</li>`)}</ul>
    ${others.length > (person ? 0 : 1) ? html`<p>${h(Button, { off: !connected(), do: () => end({ person: person ?? me.value?.id ?? "" }, t("Signed out there.")), children: person ? t("Sign {who} out everywhere", { who: name ?? "" }) : t("Sign out everywhere else") })}</p>` : null}`;
}

export const Mine = () => html`<div class="page-head"><div>${h(Heading, { children: t("Your screens and your PIN") })}<p>${t("A phone that was lost, or a screen you left: sign it out here.")}</p></div></div>
  <section class="panel stack" aria-labelledby="screens"><h2 id="screens">${t("Where you are signed in")}</h2>${h(Sessions, { person: "" })}</section>
  ${h(Pin, {})}${h(Password, {})}`;

/** secret is a field whose text is never shown nor kept. @param {string} id @param {string} label @param {string} hint @param {string} text @param {(text: string) => void} change @param {Record<string, any>} more */
const secret = (id, label, hint, text, change, more) => h(Field, { id, label, hint, type: "password", value: text, change, more });

/** Pin is set with the password, so that who finds an open screen cannot give it one of their own. */
function Pin() {
  const [one, setOne] = useState("");
  const [again, setAgain] = useState("");
  const [password, setPassword] = useState("");
  const [trouble, tell] = useState("");
  const [done, finish] = useState("");
  /** @param {string} to */
  const send = async (to) => {
    tell("");
    finish("");
    try {
      await record("pin.set", { pin: to, password }, undefined, hashing);
      pin.value = to !== "";
      finish(to ? t("Your PIN is set.") : t("Your PIN is taken away."));
      for (const empty of [setOne, setAgain, setPassword]) empty("");
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (!/^\d{4,12}$/.test(one)) return tell(t("A PIN has 4 to 12 digits."));
    if (one !== again) return tell(t("The two PINs differ. Type both again."));
    if (!password) return tell(t("Your password is needed too."));
    void send(one);
  };
  const take = () => (password ? void send("") : tell(t("Your password is needed too.")));
  const digits = { inputmode: "numeric", autocomplete: "off", maxlength: 12 };
  return html`<form class="panel stack" novalidate autocomplete="off" aria-labelledby="pin-head" onSubmit=${submit}><h2 id="pin-head">${pin.value ? t("Change your PIN") : t("Set a PIN")}</h2>
    <p class="note">${t("When your sign-in is older than 30 minutes, the PIN is enough to read back. It opens no locked screen.")}</p>
    <div class="trio">${secret("pin-one", t("New PIN"), t("4 to 12 digits"), one, setOne, digits)}${secret("pin-again", t("The same again"), "", again, setAgain, digits)}${secret("pin-password", t("Password"), "", password, setPassword, { autocomplete: "current-password" })}</div>
    <p class="wrong" role="alert">${trouble}</p>${done ? html`<p class="notice calm" role="status">${done}</p>` : null}
    <p class="row"><button class="button primary" type="submit" aria-disabled=${connected() ? undefined : "true"}>${pin.value ? t("Change the PIN") : t("Set the PIN")}</button>${pin.value ? h(Button, { kind: "bare", off: !connected(), do: take, children: t("Take the PIN away") }) : null}</p></form>`;
}

function Password() {
  const [old, setOld] = useState("");
  const [one, setOne] = useState("");
  const [again, setAgain] = useState("");
  const [trouble, tell] = useState("");
  const [done, finish] = useState(false);
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    finish(false);
    if (!old) return tell(t("Your password is needed too."));
    if (one.length < 8) return tell(t("At least 8 characters."));
    if (one !== again) return tell(t("The two passwords differ. Type both again."));
    tell("");
    try {
      await record("password", { old, new: one }, crypto.randomUUID(), hashing);
      finish(true);
      for (const empty of [setOld, setOne, setAgain]) empty("");
    } catch (p) {
      tell(problem(/** @type {Problem} */ (p)));
    }
  };
  return html`<form class="panel stack" novalidate aria-labelledby="password-head" onSubmit=${submit}><h2 id="password-head">${t("Change your password")}</h2>
    <p class="note">${t("Your other screens are signed out by it.")}</p>
    <div class="trio">${secret("password-old", t("Old password"), "", old, setOld, { autocomplete: "current-password" })}${secret("password-new", t("New password"), t("At least 8 characters."), one, setOne, { autocomplete: "new-password" })}${secret("password-again", t("The same again"), "", again, setAgain, { autocomplete: "new-password" })}</div>
    <p class="wrong" role="alert">${trouble}</p>${done ? html`<p class="notice calm" role="status">${t("Your password is changed.")}</p>` : null}
    <p><button class="button" type="submit" aria-disabled=${connected() ? undefined : "true"}>${t("Change the password")}</button></p></form>`;
}
