// The board on a phone, in German, and on a shared screen where each deed takes a PIN.

import { check, found } from "./board-lib.mjs";
import { must, person, phone, story, told } from "./lib.mjs";

await story(async (browser) => {
  // On a phone the list comes first; nothing needs a drag.
  const small = await person(browser, told.technician, phone);
  await small.getByRole("link", { name: "Analyzers" }).last().click();
  await small.getByRole("heading", { name: "Bookings" }).waitFor();
  await check(small, "phone");
  await small.getByRole("button", { name: "Book", exact: true }).click();
  await small.getByRole("button", { name: "Book it" }).waitFor();
  await check(small, "phone, booking");
  await small.getByRole("button", { name: /your menu/ }).click();
  await small.getByRole("button", { name: "Deutsch" }).click();
  await small.getByRole("heading", { name: "Geräte" }).first().waitFor();
  await small.getByRole("heading", { name: "Neue Buchung" }).waitFor();
  await small.close();

  // The kiosk: a device, where each deed takes a PIN.
  const kiosk = await (await browser.newContext({ viewport: { width: 1024, height: 768 }, locale: "en-GB" })).newPage();
  await kiosk.goto(`${told.at}/#/kiosk`);
  await kiosk.getByLabel("Staff name").fill(told.supervisor);
  await kiosk.getByLabel("Password").fill(told.people[told.supervisor]);
  await kiosk.getByRole("button", { name: "Sign in" }).click();
  await kiosk.getByRole("heading", { name: "Bookings" }).waitFor();
  await check(kiosk, "kiosk");
  await kiosk.getByRole("button", { name: "Open: Coagulation 1" }).click();
  await kiosk.getByRole("button", { name: "Use it now" }).click();
  await kiosk.getByLabel("Staff name").fill(told.technician);
  await kiosk.getByLabel("PIN", { exact: true }).fill("999999");
  await check(kiosk, "kiosk, PIN");
  await kiosk.getByRole("button", { name: "Go on" }).click();
  await kiosk.getByText("The staff name or the PIN is wrong.").waitFor();
  for (const n of told.pin) await kiosk.getByRole("button", { name: n, exact: true }).click();
  await kiosk.getByRole("button", { name: "Go on" }).click();
  await kiosk.locator(".b-aside").getByText("In use by Tom Tech").first().waitFor();
  must(found.length === 0, `\n${found.join("\n")}`);
});
