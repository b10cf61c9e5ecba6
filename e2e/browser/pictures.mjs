// Takes the pictures of docs/screens from a running demonstration: node pictures.mjs ADDRESS DIRECTORY

import { chromium } from "playwright-core";

const [at, dir] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.READBACK_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function person(login, width, height, colorScheme = "light") {
  const page = await (await browser.newContext({ viewport: { width, height }, colorScheme, locale: "en-GB", reducedMotion: "reduce" })).newPage();
  await page.goto(at);
  await page.getByLabel("Staff name").fill(login);
  await page.getByLabel("Password").fill(`demo-${login}-4711-x`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#line.live").waitFor();
  await page.waitForTimeout(900);
  return page;
}

const shot = (page, name) => page.screenshot({ path: `${dir}/${name}.png` });
const open = async (page, hash) => {
  await page.evaluate((to) => (location.hash = `/${to}`), hash);
  await page.waitForTimeout(1_200);
};

const lee = await person("lee", 390, 844);
const answer = lee.getByRole("button", { name: /^(Answer|Go on)/ }).first();
await answer.waitFor({ timeout: 120_000 });
await shot(lee, "list-390");
await lee.setViewportSize({ width: 820, height: 1180 });
await shot(lee, "list-820");
await lee.setViewportSize({ width: 390, height: 844 });
await answer.click();
const mine = lee.getByRole("button", { name: "Mine: read it back" });
await mine.waitFor();
await shot(lee, "call-390");
await lee.setViewportSize({ width: 1440, height: 900 });
await shot(lee, "call-1440");
await lee.setViewportSize({ width: 390, height: 844 });
const [value, tail] = [await lee.locator(".value.big b").first().textContent(), await lee.locator("main .tail").first().textContent()];
await mine.click();
await lee.locator("form [data-typed]").first().pressSequentially([...value].reverse().join("").replace(/^\./, "0."));
await lee.getByLabel("End of the number").pressSequentially(tail);
await shot(lee, "read-back-390");
await lee.keyboard.press("Enter");
await lee.getByText("not match").first().waitFor();
await shot(lee, "mismatch-390");
await lee.getByRole("button", { name: "Look at the call again" }).click();
await mine.click();
await lee.locator("form [data-typed]").first().pressSequentially(value);
await lee.getByLabel("End of the number").pressSequentially(tail);
await lee.keyboard.press("Enter");
await lee.getByRole("heading", { name: "Read back. It is yours." }).waitFor();
await shot(lee, "receipt-390");

const brown = await person("brown", 1440, 900);
const telephone = brown.getByRole("button", { name: /^Telephone it/ }).first();
await telephone.waitFor({ timeout: 120_000 });
await telephone.click();
await brown.getByRole("button", { name: /^Somebody answers/ }).click();
await brown.getByRole("button", { name: /^Said/ }).click();
await brown.waitForTimeout(600);
await shot(brown, "bench-1440");
await brown.setViewportSize({ width: 820, height: 1180 });
await shot(brown, "bench-820");
await brown.setViewportSize({ width: 1440, height: 810 });
await open(brown, "wall");
await shot(brown, "wall-1440");

const boss = await person("ruiz", 1440, 900);
await open(boss, "times");
await shot(boss, "times-1440");
await open(boss, "limits");
await boss.getByRole("button", { name: "Draft a new version" }).click();
await boss.getByLabel("Which test changes?").fill("potassium");
await boss.getByLabel(/^Called above/).first().fill("5.5");
await boss.getByRole("button", { name: /^Dry run/ }).click();
await boss.waitForTimeout(1_500);
await shot(boss, "limits-1440");
await open(boss, "roster");
await boss.getByRole("button", { name: "Who would get it" }).click();
await boss.waitForTimeout(800);
await shot(boss, "roster-1440");

const night = await person("novak", 390, 844, "dark");
await shot(night, "night-390");
await night.getByRole("button", { name: /your menu/ }).click();
await night.getByRole("button", { name: "Lock" }).click();
await night.getByRole("heading", { name: "Locked" }).waitFor();
await shot(night, "locked-390");
await browser.close();
