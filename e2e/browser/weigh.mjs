// What a clinician's phone loads, and when it has its first picture, at fast 3G and with a processor a quarter as fast:
// node weigh.mjs ADDRESS LOGIN PASSWORD

import { chromium } from "playwright-core";

const [at, login, password] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.READBACK_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en-GB" })).newPage();
const cdp = await page.context().newCDPSession(page);
await cdp.send("Network.enable");
await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 });
await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
const files = new Map();
const names = new Map();
cdp.on("Network.responseReceived", ({ requestId, response }) => names.set(requestId, new URL(response.url).pathname));
cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => files.set(requestId, encodedDataLength));
const sum = () => [...files.values()].reduce((a, b) => a + b, 0);
await page.goto(at);
await page.getByLabel("Staff name").waitFor();
const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
const door = { files: files.size, bytes: sum() };
await page.getByLabel("Staff name").fill(login);
await page.getByLabel("Password").fill(password);
await page.getByRole("button", { name: "Sign in" }).click();
await page.locator("#line.live").waitFor();
await page.waitForLoadState("networkidle");
const own = [...files].filter(([id]) => !names.get(id)?.startsWith("/api/"));
console.log(JSON.stringify({ paint: Math.round(paint), door, signedIn: { files: own.length, bytes: own.reduce((a, [, n]) => a + n, 0) } }));
if (process.env.EACH) for (const [id, n] of own) console.log(n, names.get(id));
await browser.close();
