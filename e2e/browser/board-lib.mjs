// What the stories of the board look for in every state.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { told } from "./lib.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// found is every violation so far.
export const found = [];

// check runs axe on a page as it is now, by day and by night, and looks whether anything is kept.
export async function check(page, state) {
  await page.evaluate(() => scrollTo(0, 0)); // nothing is half beneath the head
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(axe);
    const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    for (const v of result.violations) found.push(`${state} (${colorScheme}): ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary?.split("\n")[1] ?? ""}`).slice(0, 3).join(" | ")}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) found.push(`${state}: ${wide} px to scroll sideways`);
  const traces = await page.evaluate(async () => JSON.stringify([location.href, document.title, { ...localStorage }, { ...sessionStorage }, document.cookie, await caches.keys(), await indexedDB.databases(), history.state]));
  for (const canary of told.canaries) if (traces.includes(canary)) found.push(`${state}: ${canary} is kept: ${traces}`);
}
