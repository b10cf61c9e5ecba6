// Where this window is: a screen and what it shows, behind the # of the address. Calls are named there by their random
// ids; nothing of a patient is.

import { signal } from "@preact/signals";

/** @param {string} hash @returns {{ name: string, id: string }} */
function read(hash) {
  const [, name = "", ...rest] = hash.split("/");
  return { name, id: rest.join("/") };
}

export const route = signal(read(location.hash));

/** go shows another screen. instead: Back leads to where one was before. @param {string} to @param {{ instead?: boolean }} [how] */
export function go(to, how) {
  if (`#/${to}` === location.hash || (to === "" && location.hash === "")) return;
  history[how?.instead ? "replaceState" : "pushState"](null, "", to ? `#/${to}` : "/");
  route.value = read(location.hash);
}

addEventListener("popstate", () => {
  route.value = read(location.hash);
});

/** @param {Call} c */
export const callAt = (c) => `call/${c.id.replace(/^call\//, "")}`;
/** @param {Call} c */
export const answerAt = (c) => `answer/${c.id.replace(/^call\//, "")}`;
