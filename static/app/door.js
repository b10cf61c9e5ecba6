// Sign-in, the first administrator's setup, and the lock.

import { signal } from "@preact/signals";
import { idle, renew, unlock } from "./idle.js";
import { able } from "./ring.js";
import { route } from "./route.js";
import { begun, covered, locked, me, now, pin, post, renewable, second, signIn } from "./state.js";
import { Button, Field, h, html, icon } from "./ui.js";
import { clock, problem, t } from "./words.js";

// A setup link carries its secret after the #, which browsers send to nobody; it is taken out of the address at once.
const token = signal(/^#setup=(.+)$/.exec(location.hash)?.[1] ?? "");
if (token.value) history.replaceState(null, "", "/");

const say = signal("");
const busy = signal(false);

/** Door is the screen; in place of what it covers while somebody must sign in again. */
export function Door() {
  if (covered.value) return h(Locked, {});
  if (renewable.value && pin.value && !typed.value && me.value) return h(Renew, {});
  const setup = token.value !== "";
  const again = me.value ? t("Signed in before: {who}.", { who: me.value.name || t("You") }) : "";
  return html`<section class="door stack" key=${setup ? "setup" : "door"}>
    <h1 tabindex="-1">${setup ? t("Set Readback up") : t("Sign in")}</h1>
    ${locked.value ? html`<p class="notice">${t(locked.value)}</p>` : null}
    <form class="panel stack" novalidate onSubmit=${enter}>
      ${setup ? html`<p class="soft">${t("You become the first administrator. Administrators admit people; results do not reach them.")}</p>` : null}
      ${!setup && route.value.name === "kiosk" ? html`<p class="soft">${t("This screen becomes the laboratory's shared board. It stays when nobody is before it; whoever acts gives a PIN.")}</p>` : null}
      ${setup ? h(Field, { id: "name", label: t("Your full name"), more: { autocomplete: "name", autocapitalize: "words", required: true } }) : null}
      ${h(Field, { id: "login", label: t("Staff name"), hint: again, more: { autocomplete: "username", required: true } })}
      ${h(Field, { id: "password", label: t("Password"), type: "password", hint: setup ? t("At least 8 characters.") : "", more: { autocomplete: setup ? "new-password" : "current-password", required: true } })}
      <p class="wrong" role="alert">${say.value}</p>
      <button class="button primary tall" type="submit" aria-disabled=${busy.value ? "true" : undefined}>${busy.value ? t("One moment") : setup ? t("Set it up") : t("Sign in")}</button>
    </form>
    <p class="note with-icon">${icon("phone")}<span>${t("No way in, and a result is urgent? Telephone the laboratory.")}</span></p>
  </section>`;
}

const other = signal(false); // somebody else than before unlocks

/** Locked shows nothing of anybody; it still rings. */
function Locked() {
  const [will] = able();
  const named = idle.login !== "" && !other.value;
  return html`<section class="lock stack" key="lock">
    <p class="clock">${clock(Math.max(second.value, now()))}</p>
    <h1 tabindex="-1">${t("Locked")}</h1>
    <p class="with-icon">${icon(will ? "bell" : "mute")}<span>${will ? t("Still rings") : t("Cannot ring")}</span></p>
    ${idle.waits() ? html`<p class="lead" role="status"><b>${t("Something waits for an answer.")}</b></p>` : null}
    <form class="stack" novalidate onSubmit=${open}>
      ${named ? null : h(Field, { id: "login", label: t("Staff name"), more: { autocomplete: "username" } })}
      ${h(Field, { id: "password", label: t("Password"), type: "password", more: { autocomplete: "current-password" } })}
      <p class="wrong" role="alert">${say.value}</p>
      <button class="button primary tall" type="submit">${icon("key")}<span>${busy.value ? t("One moment") : t("Unlock")}</span></button>
    </form>
    ${named ? h(Button, { kind: "bare", do: () => (other.value = true), children: t("I am somebody else") }) : null}
    <p class="soft">${t("{who}. Nothing about a patient is on this screen.", { who: (me.value?.name ?? "").replace(/(\S)\S*$/, "$1") })}</p>
  </section>`;
}

/** @param {SubmitEvent} e */
async function open(e) {
  e.preventDefault();
  const form = /** @type {HTMLFormElement} */ (e.target);
  const of = (/** @type {string} */ id) => /** @type {HTMLInputElement | null} */ (form.elements.namedItem(id))?.value ?? "";
  const login = of("login").trim() || (other.value ? "" : idle.login);
  if (busy.value || !login || !of("password")) return;
  busy.value = true;
  try {
    await unlock(login, of("password"));
    say.value = "";
    other.value = false;
  } catch (p) {
    say.value = problem(/** @type {Problem} */ (p));
  }
  form.reset();
  busy.value = false;
}

const typed = signal(false); // the password instead of the PIN

/** Renew asks for the PIN: the sign-in is there, and is not fresh any more. */
function Renew() {
  return html`<section class="door stack" key="pin"><h1 tabindex="-1">${t("Is it still you?")}</h1>
    <p class="notice">${t(locked.value ?? "")}</p>
    <form class="panel stack" novalidate onSubmit=${fresh}>
      ${h(Field, { id: "pin", label: t("PIN"), type: "password", more: { autocomplete: "off", inputmode: "numeric" } })}
      <p class="wrong" role="alert">${say.value}</p>
      <button class="button primary tall" type="submit">${t("Go on")}</button></form>
    ${h(Button, { kind: "bare", do: () => (typed.value = true), children: t("Use the password") })}</section>`;
}

/** @param {SubmitEvent} e */
async function fresh(e) {
  e.preventDefault();
  const form = /** @type {HTMLFormElement} */ (e.target);
  const secret = /** @type {HTMLInputElement} */ (form.elements.namedItem("pin")).value;
  if (busy.value || !secret) return;
  busy.value = true;
  try {
    await renew(secret);
    say.value = "";
  } catch (err) {
    const p = /** @type {Problem} */ (err);
    say.value = problem(p);
    if (["pin-locked", "no-pin", "signed-out"].includes(p.code)) typed.value = true;
  }
  form.reset();
  busy.value = false;
}

/** @param {SubmitEvent} e */
async function enter(e) {
  e.preventDefault();
  const form = /** @type {HTMLFormElement} */ (e.target);
  const of = (/** @type {string} */ id) => /** @type {HTMLInputElement | null} */ (form.elements.namedItem(id))?.value ?? "";
  if (busy.value) return;
  const shared = route.value.name === "kiosk" ? { device: true } : {}; // a screen for all, where each deed takes a PIN
  const body = { login: of("login").trim(), password: of("password"), ...shared };
  if (!body.login || !body.password || (token.value && !of("name").trim())) {
    say.value = t("Please fill in every field.");
    return;
  }
  busy.value = true;
  say.value = "";
  try {
    const answer = token.value ? await post("/api/setup", { token: token.value, name: of("name").trim(), ...body }) : await post("/api/sign-in", body);
    token.value = "";
    form.reset();
    idle.login = body.login;
    typed.value = false;
    signIn(answer);
  } catch (err) {
    const p = /** @type {Problem} */ (err);
    say.value = p.code === "no-answer" ? t("Readback does not answer. Try again; if it is urgent, telephone the laboratory.") : problem(p);
    if (p.code === "nothing-to-set-up") token.value = "";
  }
  busy.value = false;
}

/** begin shows who is signed in already, or the door. */
export async function begin() {
  let response;
  try {
    response = await fetch("/api/me", { signal: AbortSignal.timeout(5_000), cache: "no-store" });
  } catch {
    say.value = t("Readback does not answer. If a result is urgent, telephone the laboratory.");
  }
  if (token.value === "" && response?.ok) signIn(await response.json());
  else locked.value = "";
  begun.value = true;
}
