// Every screen in every state, by day and by night: no accessibility violation that a machine finds, nothing to scroll
// sideways; and nothing of the patient in any storage, address or title.

import { desk, examine, must, person, phone, story, told, typeIn, want } from "./lib.mjs";

const found = [];

const check = (page, state) => examine(page, state, found);

await story(async (browser) => {
  const door = await (await browser.newContext({ viewport: phone })).newPage();
  await door.goto(told.at);
  await door.getByRole("button", { name: "Sign in" }).waitFor();
  await check(door, "door");
  await door.close();

  const lee = await person(browser, told.clinician, phone);
  await lee.getByRole("heading", { name: "No calls wait for you" }).waitFor();
  await check(lee, "no calls");
  await want("result");
  await lee.getByRole("article", { name: /Potassium/ }).waitFor();
  await check(lee, "list");
  await lee.getByRole("button", { name: /your menu/ }).click();
  await check(lee, "menu");
  await lee.keyboard.press("Escape");
  await lee.getByRole("button", { name: /^Answer/ }).click();
  await lee.getByText("Above 6.1 mmol/L").waitFor();
  await check(lee, "call");
  await lee.getByRole("button", { name: "Not mine, pass on" }).click();
  await check(lee, "pass on");
  await lee.getByRole("button", { name: "Keep it" }).click();
  await lee.getByRole("button", { name: "Call me" }).click();
  await check(lee, "call me");
  await lee.getByRole("button", { name: "Back" }).click();
  await lee.getByRole("button", { name: "Mine: read it back" }).click();
  await typeIn(lee, "1.7", told.tail);
  await check(lee, "typing");
  await lee.goBack();
  await lee.getByText("Your read-back is half typed").waitFor();
  must(!(await lee.locator("main").textContent()).includes("7.1"), "Back shows the value beside what is half typed");
  await check(lee, "half typed");
  await lee.getByRole("button", { name: "Go on typing" }).click();
  must((await lee.getByLabel("Value", { exact: true }).inputValue()) === "1.7", "Back lost what was typed");
  await lee.keyboard.press("Enter");
  await lee.getByRole("button", { name: "Read back" }).click().catch(() => {});
  await lee.getByRole("heading", { name: "The value does not match" }).waitFor();
  await check(lee, "mismatch");
  await lee.getByRole("button", { name: "Look at the call again" }).click();
  await lee.getByRole("button", { name: "Mine: read it back" }).click();
  await typeIn(lee, "7.1", told.tail);

  // Locked: neutral, and the typed text is there afterwards.
  await lee.getByRole("button", { name: /your menu/ }).click();
  await lee.getByRole("button", { name: "Lock" }).click();
  await lee.getByRole("heading", { name: "Locked" }).waitFor();
  const locked = await lee.content();
  for (const canary of told.canaries) must(!locked.includes(canary), `the locked screen holds ${canary}`);
  must((await lee.title()) === "Readback", "the locked title says something");
  await check(lee, "locked");
  await lee.getByLabel("Password").fill(told.people[told.clinician]);
  await lee.getByRole("button", { name: "Unlock" }).click();
  await lee.locator("#line.live").waitFor();
  must((await lee.getByLabel("Value", { exact: true }).inputValue()) === "7.1", "what was typed did not survive the lock");
  await lee.getByRole("button", { name: "Read back" }).click();
  await lee.getByRole("heading", { name: "Read back. It is yours." }).waitFor();
  await check(lee, "done");
  for (const hash of ["past", "on"]) {
    await lee.evaluate((to) => (location.hash = to), `/${hash}`);
    await lee.locator(`.page-${hash} h1`).waitFor();
    await check(lee, hash);
  }

  const chief = await person(browser, told.director, desk);
  await want("another");
  await chief.locator(".bench-call").getByText("not yet").first().waitFor();
  await check(chief, "bench");
  await chief.getByRole("button", { name: "Telephone it sooner" }).click();
  await check(chief, "telephone");
  for (const hash of ["hand", "times", "limits", "people", "roster", "status", "wall"]) {
    await chief.evaluate((to) => (location.hash = to), `/${hash}`);
    await chief.locator(`.page-${hash} h1`).waitFor();
    await chief.getByText("One moment").waitFor({ state: "detached" });
    await check(chief, hash);
  }
  await lee.evaluate(() => (location.hash = "/"));
  await want("freeze");
  await lee.getByText(/Not connected since \d\d:\d\d/).waitFor({ timeout: 60_000 });
  await check(lee, "not connected");
  await want("thaw");
  must(found.length === 0, `\n${found.join("\n")}`);
});
