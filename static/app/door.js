// Sign-in, the first administrator's setup, and the lock.

import { signal } from "@preact/signals";
import { idle, unlock } from "./idle.js";
import { able } from "./ring.js";
import { begun, bells, covered, locked, me, now, post, second, signIn } from "./state.js";
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
  const setup = token.value !== "";
  const again = me.value ? t("Signed in before: {who}.", { who: me.value.name || t("You") }) : "";
  return html`<section class="door stack" key=${setup ? "setup" : "door"}>
    <h1 tabindex="-1">${setup ? t("Set Readback up") : t("Sign in")}</h1>
    ${locked.value ? html`<p class="notice">${t(locked.value)}</p>` : null}
    <form class="panel stack" novalidate onSubmit=${enter}>
      ${setup ? html`<p class="soft">${t("You become the first administrator. Administrators admit people; results do not reach them.")}</p>` : null}
      ${setup ? h(Field, { id: "name", label: t("Your full name"), more: { autocomplete: "name", autocapitalize: "words", required: true } }) : null}
      ${h(Field, { id: "login", label: t("Staff name"), hint: again, more: { autocomplete: "username", required: true } })}
      ${h(Field, { id: "password", label: t("Password"), type: "password", hint: setup ? t("At least 8 characters.") : "", more: { autocomplete: setup ? "new-password" : "current-password", required: true } })}
      <p class="wrong" role="alert">${say.value}</p>
      <button class="button primary tall" type="submit" aria-disabled=${busy.value ? "true" : undefined}>${busy.value ? t("One moment") : setup ? t("Set it up") : t("Sign in")}</button>
    </form>
    <p class="note with-icon">${icon("phone")}<span>${t("No way in, and a result is urgent? Telephone the laboratory.")}</span></p>
  </section>`;
}

/** Locked shows nothing of anybody; it still rings. */
function Locked() {
  const [will] = able();
  const rings = bells.value.some((b) => b.due) || idle.waits();
  return html`<section class="lock stack" key="lock">
    <p class="clock">${clock(Math.max(second.value, now()))}</p>
    <h1 tabindex="-1">${t("Locked")}</h1>
    <p class="with-icon">${icon(will ? "bell" : "mute")}<span>${will ? t("Still rings") : t("Cannot ring")}</span></p>
    ${rings ? html`<p class="lead"><b>${t("Something waits for an answer.")}</b></p>` : null}
    <form class="stack" novalidate onSubmit=${open}>
      ${h(Field, { id: "unlock", label: idle.pin.value ? t("PIN") : t("Password"), type: "password", more: { autocomplete: "off", inputmode: idle.pin.value ? "numeric" : undefined } })}
      <p class="wrong" role="alert">${say.value}</p>
      <button class="button primary tall" type="submit">${icon("key")}<span>${t("Unlock")}</span></button>
    </form>
    ${idle.pin.value ? h(Button, { kind: "bare", do: () => (idle.pin.value = false), children: t("Use the password") }) : null}
    <p class="soft">${t("{who}. Nothing about a patient is on this screen.", { who: (me.value?.name ?? "").replace(/(\S)\S*$/, "$1.") })}</p>
  </section>`;
}

/** @param {SubmitEvent} e */
async function open(e) {
  e.preventDefault();
  const form = /** @type {HTMLFormElement} */ (e.target);
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("unlock"));
  if (busy.value || !field.value) return;
  busy.value = true;
  try {
    await unlock(field.value);
    say.value = "";
  } catch (p) {
    say.value = problem(/** @type {Problem} */ (p));
  }
  field.value = "";
  busy.value = false;
}

/** @param {SubmitEvent} e */
async function enter(e) {
  e.preventDefault();
  const form = /** @type {HTMLFormElement} */ (e.target);
  const of = (/** @type {string} */ id) => /** @type {HTMLInputElement | null} */ (form.elements.namedItem(id))?.value ?? "";
  if (busy.value) return;
  const body = { login: of("login").trim(), password: of("password") };
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
