// Takes the pictures of the board for docs/screens from a running demonstration: node pictures-board.mjs ADDRESS DIRECTORY

import { chromium } from "playwright-core";

const [at, dir] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.READBACK_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function board(login, width, height, colorScheme = "light") {
  const page = await (await browser.newContext({ viewport: { width, height }, colorScheme, locale: "en-GB", reducedMotion: "reduce" })).newPage();
  await page.goto(at);
  await page.getByLabel("Staff name").fill(login);
  await page.getByLabel("Password").fill(`demo-${login}-4711-x`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#line.live").waitFor();
  await page.evaluate(() => (location.hash = "/board"));
  await page.getByRole("button", { name: "Day", exact: true }).waitFor();
  await page.waitForTimeout(900);
  return page;
}

async function shot(page, name) {
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${dir}/${name}.png` });
}

// The demonstration's coagulation analyzer goes down, so that there is something at risk; and a place is refused.
const weiss = await board("weiss", 1440, 900);
await weiss.locator("[data-place='instrument/coag-1']").click();
await weiss.getByText("It cannot be used").click();
await weiss.getByLabel("Back in about").selectOption("240");
await weiss.getByRole("button", { name: /^Take .* down$/ }).click();
await weiss.getByRole("button", { name: /^Reroute/ }).waitFor();
await shot(weiss, "board-down-1440");
await weiss.locator(".b-aside").getByRole("button", { name: "Close" }).click();
await weiss.getByRole("button", { name: "Book", exact: true }).click();
await weiss.getByLabel("Analyzer", { exact: true }).selectOption({ label: "Chemistry 1" });
await weiss.getByLabel("For", { exact: true }).selectOption("120");
await weiss.getByRole("button", { name: "Book it" }).click();
await weiss.getByText("Take one of these").waitFor();
await weiss.waitForTimeout(600);
await shot(weiss, "board-1440");
const brown = await board("brown", 820, 1180);
await shot(brown, "board-820");
const small = await board("brown", 390, 844);
await shot(small, "board-390");
const night = await board("ines", 1440, 900, "dark");
await shot(night, "board-night-1440");
await browser.close();
