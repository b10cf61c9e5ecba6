// After a while without a touch the screen locks itself: neutral words, and it still rings.

import { waiting } from "./ring.js";
import { begun, bells, covered, line, locked, me, post, signIn } from "./state.js";

let touched = Date.now(); // by the wall clock, which goes on while a machine sleeps
for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) addEventListener(kind, () => (touched = Date.now()), { capture: true, passive: true });

export const idle = {
  login: "", // as it was typed, to unlock with the password alone
  waits: () => (me.value?.bare ? bells.value.some((b) => b.due) : waiting().length > 0),
};

/** cover locks this screen now. The session becomes a device, which gets only what a locked screen may show. */
export function cover() {
  if (!me.value || me.value.bare || covered.value || locked.value !== null) return;
  covered.value = true;
  post("/api/do/lock", {}).catch(() => {});
}

/** unlock takes the name and the password. @param {string} login @param {string} password */
export async function unlock(login, password) {
  const answer = await post("/api/sign-in", { login, password });
  idle.login = login;
  touched = Date.now();
  signIn(answer);
}

/** renew makes a signed-in session fresh again by its PIN. @param {string} secret */
export async function renew(secret) {
  await post("/api/do/pin", { pin: secret });
  touched = Date.now();
  locked.value = null;
  line.open();
}

setInterval(() => {
  if (begun.value && Date.now() - touched > (me.value?.idle || 600) * 1000) cover();
}, 2_000);
