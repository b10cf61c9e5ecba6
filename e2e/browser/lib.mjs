// What all stories need: a browser, people in it, and a word with the Go test that started them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

// told is what the Go test says: { chromium, at, people: { login: password }, … }.
export const told = JSON.parse(process.argv[2]);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

// want asks the Go test for something and returns when it is done.
export async function want(what) {
  process.stdout.write(`want ${what}\n`);
  const { value } = await lines.next();
  if (value !== "done") throw new Error(`asked for ${what}: ${value}`);
}

// story runs a story in a browser of its own.
export async function story(tell) {
  const browser = await chromium.launch({
    executablePath: told.chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  try {
    await tell(browser);
  } finally {
    await browser.close();
  }
  process.exit(0);
}

export const phone = { width: 390, height: 844 };
export const desk = { width: 1440, height: 900 };

// person opens a window and signs in. Anything that the page complains of, but an expected refusal, is an error.
export async function person(browser, login, viewport) {
  const context = await browser.newContext({ viewport, locale: "en-GB", acceptDownloads: true });
  const page = await context.newPage();
  page.commands = []; // what the page sent over its websockets
  page.on("websocket", (ws) => ws.on("framesent", ({ payload }) => page.commands.push(JSON.parse(payload))));
  page.on("pageerror", (e) => {
    throw e;
  });
  page.on("console", (m) => {
    if (m.type() === "error" && !/status of (401|409)|ERR_|WebSocket/.test(m.text())) throw new Error(m.text());
  });
  await page.goto(told.at);
  await signIn(page, login);
  return page;
}

export async function signIn(page, login) {
  await page.getByLabel("Staff name").fill(login);
  await page.getByLabel("Password").fill(told.people[login]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#line.live").waitFor();
}

// typeIn types as a hand does, a key at a time.
export async function typeIn(page, value, tail) {
  await page.getByLabel("Value", { exact: true }).pressSequentially(value);
  await page.getByLabel("End of the number").pressSequentially(tail);
}

export function must(holds, what) {
  if (!holds) throw new Error(what);
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// examine looks at a page as it is now, in both colour schemes: what axe finds, what is cut or must be scrolled sideways,
// and what of a patient is kept outside of memory. What it finds goes to found.
export async function examine(page, state, found) {
  await page.evaluate(() => scrollTo(0, 0)); // the head lies over what is scrolled beneath it
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

