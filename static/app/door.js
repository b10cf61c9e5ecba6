// Sign-in, and the first administrator's setup.

import { h, icon } from "./dom.js";
import { app, post, signIn } from "./state.js";
import { capital } from "./words.js";

// A setup link carries its secret after the #, which browsers send to nobody; it is taken out of the address at once.
let token = /^#setup=(.+)$/.exec(location.hash)?.[1] ?? "";
if (token) history.replaceState(null, "", "/");

let problem = "";
let busy = false;

const field = (id, label, props, hint) =>
  h("div", { class: "field" }, h("label", { for: id }, label),
    h("input", { id, name: id, type: "text", required: true, autocapitalize: "none", spellcheck: "false", "aria-describedby": hint ? `${id}-hint` : null, ...props }),
    hint ? h("span", { class: "hint", id: `${id}-hint` }, hint) : null);

// door is the screen; in place of what it covers while somebody must sign in again.
export function door() {
  const setup = token !== "";
  const again = app.me ? `Signed in before: ${app.me.name || "you"}.` : "";
  return h("section", { class: "door stack", "data-key": setup ? "setup" : "door" },
    h("h1", {}, setup ? "Set Readback up" : "Sign in"),
    app.locked ? h("p", { class: "notice" }, app.locked) : null,
    h("form", { class: "panel stack", "data-submit": setup ? "setup" : "sign-in", novalidate: true },
      setup ? h("p", { class: "soft" }, "You become the first administrator. Administrators admit people; results do not reach them.") : null,
      setup ? field("name", "Your full name", { autocomplete: "name", autocapitalize: "words" }) : null,
      field("login", "Staff name", { autocomplete: "username" }, again),
      field("password", "Password", { type: "password", autocomplete: setup ? "new-password" : "current-password" }, setup ? "At least 8 characters." : ""),
      h("p", { class: "wrong", role: "alert" }, problem),
      h("button", { class: "button primary tall", type: "submit", "aria-disabled": busy ? "true" : null }, busy ? "One moment" : setup ? "Set it up" : "Sign in")),
    h("p", { class: "note with-icon" }, icon("phone"), "No way in, and a result is urgent? Telephone the laboratory."));
}

// enter is what both forms do.
export async function enter(form, draw) {
  if (busy) return;
  const of = (id) => form.elements[id]?.value ?? "";
  const body = { login: of("login").trim(), password: of("password") };
  if (!body.login || !body.password || (token && !of("name").trim())) {
    problem = "Please fill in every field.";
    draw();
    return;
  }
  busy = true;
  problem = "";
  draw();
  try {
    const answer = token ? await post("/api/setup", { token, name: of("name").trim(), ...body }) : await post("/api/sign-in", body);
    token = "";
    form.reset();
    signIn(answer);
  } catch (p) {
    problem = p.code === "no-answer" ? "Readback does not answer. Try again; if it is urgent, telephone the laboratory." : `${capital(p.say)} ${p.do ?? ""}`;
    if (p.code === "nothing-to-set-up") token = "";
  }
  busy = false;
  draw();
}

// begin shows who is signed in already, or the door.
export async function begin(draw) {
  let response;
  try {
    response = await fetch("/api/me", { signal: AbortSignal.timeout(5_000), cache: "no-store" });
  } catch {
    problem = "Readback does not answer. If a result is urgent, telephone the laboratory.";
  }
  if (token === "" && response?.ok) {
    signIn(await response.json());
    return;
  }
  app.locked = "";
  draw();
}
