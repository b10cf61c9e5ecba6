// After a while without a touch the screen is covered: neutral words, and it still rings.

import { batch, signal } from "@preact/signals";
import { waiting } from "./ring.js";
import { begun, covered, line, locked, me, post, record, signIn } from "./state.js";

const after = 10 * 60_000; // ms without a touch until the screen is covered

let touched = performance.now();
for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) addEventListener(kind, () => (touched = performance.now()), { capture: true, passive: true });

export const idle = {
  login: "", // as it was typed, to unlock with a password
  pin: signal(false), // a PIN can unlock
  waits: () => !me.value?.bare && waiting().length > 0,
};

/** cover locks this screen now. */
export function cover() {
  if (!me.value || covered.value || locked.value !== null || me.value.machine) return;
  covered.value = true;
  idle.pin.value = !!me.value.pin;
  // The session becomes a device: from now on it gets only what a locked screen may show.
  record("lock", {}).catch(() => {});
}

/** unlock takes a PIN, or the password. @param {string} secret */
export async function unlock(secret) {
  if (idle.pin.value) {
    const answer = await record("pin", { pin: secret });
    batch(() => {
      covered.value = false;
      locked.value = null;
      if (answer?.me) me.value = answer.me;
    });
    line.close();
    line.open();
    return;
  }
  signIn(await post("/api/sign-in", { login: idle.login || me.value?.id.replace(/^person\//, ""), password: secret }));
}

setInterval(() => {
  if (begun.value && performance.now() - touched > after) cover();
}, 5_000);
