// Analyzers, as their users would: booked by hand and by keys alone, refused with a reason and a place to take, given up
// for urgent work with a read-back in a second window, down and rerouted with one action, returned, undone; on a phone,
// and at a kiosk by PIN. In every state: no accessibility violation that a machine finds, nothing of anybody kept.

import { check, found } from "./board-lib.mjs";
import { desk, must, person, phone, story, told } from "./lib.mjs";

// The board of tomorrow, so that no hour of the day is too late for a story.
async function board(page) {
  await page.getByRole("link", { name: "Analyzers" }).first().click();
  await page.getByRole("heading", { name: "Analyzers" }).first().waitFor();
  await page.getByRole("button", { name: "Later" }).click();
  await page.getByRole("button", { name: "Today" }).waitFor();
}

const bar = (page, name) => page.getByRole("gridcell", { name });
const nameWidth = 208;
const hour = 72;

// spot is where an hour of an analyzer's day is on the screen.
async function spot(page, analyzer, hours) {
  const row = page.locator(".b-row", { hasText: analyzer });
  const box = await row.boundingBox();
  return [box.x + nameWidth + hours * hour, box.y + box.height / 2];
}

async function drag(page, [x1, y1], [x2, y2]) {
  await page.mouse.move(x1, y1);
  await page.mouse.down();
  await page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2, { steps: 4 });
  await page.mouse.move(x2, y2, { steps: 4 });
  await page.mouse.up();
}

await story(async (browser) => {
  const lee = await person(browser, told.clinician, phone);
  must((await lee.getByRole("link", { name: "Analyzers" }).count()) === 0, "a clinician is shown the board");
  await lee.evaluate(() => (location.hash = "/board"));
  await lee.getByRole("heading", { name: "No calls wait for you" }).waitFor();
  await lee.close();

  const tom = await person(browser, told.technician, desk);
  const sue = await person(browser, told.supervisor, desk);
  await board(tom);
  await board(sue);
  await check(tom, "board");

  // By hand: drawn, booked, moved, made longer.
  await drag(tom, await spot(tom, "Chemistry 1", 9.02), await spot(tom, "Chemistry 1", 10.98));
  await tom.getByRole("heading", { name: "New booking" }).waitFor();
  await tom.getByText("This can be booked.").waitFor();
  await check(tom, "new booking");
  await tom.getByRole("button", { name: "K", exact: true }).click();
  await tom.getByRole("button", { name: "Book it" }).click();
  await bar(tom, /Chemistry 1.*09:00 to 11:00.*K.*You/).waitFor();
  await bar(sue, /Chemistry 1.*09:00 to 11:00.*Tom Tech/).waitFor(); // live
  await tom.getByRole("button", { name: /^Undo/ }).waitFor();
  await check(tom, "booked");
  await drag(tom, await spot(tom, "Chemistry 1", 10), await spot(tom, "Chemistry 1", 12));
  await bar(tom, /Chemistry 1.*11:00 to 13:00/).waitFor();
  await tom.getByRole("button", { name: /^Undo/ }).click();
  await bar(tom, /Chemistry 1.*09:00 to 11:00/).waitFor();
  await drag(tom, await spot(tom, "Chemistry 1", 10.95), await spot(tom, "Chemistry 1", 11.95));
  await bar(sue, /Chemistry 1.*09:00 to 12:00/).waitFor();

  // By keys alone.
  await tom.getByRole("button", { name: "What is free?" }).focus();
  for (let n = 0; n < 12; n++) {
    await tom.keyboard.press("Tab");
    if (await tom.evaluate(() => document.activeElement?.getAttribute("role") === "gridcell")) break;
  }
  must(await tom.evaluate(() => document.activeElement?.getAttribute("role") === "gridcell"), "Tab does not reach the grid");
  const aloud = () => tom.locator("#polite").textContent();
  await tom.keyboard.press("Home");
  for (const key of [...Array(60).fill("ArrowRight")]) await tom.keyboard.press(key);
  await tom.keyboard.press("ArrowUp");
  await tom.keyboard.press("ArrowUp");
  await tom.keyboard.press("ArrowUp");
  await tom.keyboard.press("ArrowDown"); // Chemistry 2, at 15:00
  await tom.keyboard.press("Enter");
  must(/^New booking: Chemistry 2, .*Escape leaves it/.test(await aloud()), `the mode is not said: ${await aloud()}`);
  await tom.keyboard.press("ArrowRight");
  await tom.keyboard.press("Shift+ArrowRight");
  must(/Chemistry 2.*Free\./.test(await aloud()), `the place is not said: ${await aloud()}`);
  await check(tom, "planned by keys");
  await tom.keyboard.press("Enter");
  const own = bar(tom, /Chemistry 2.*Routine work.*You/);
  await own.waitFor();
  const was = await own.getAttribute("aria-label");
  await tom.waitForFunction(() => document.activeElement?.getAttribute("data-booking"));
  await tom.keyboard.press("m");
  must(/^Moving: /.test(await aloud()), `the mode is not said: ${await aloud()}`);
  await tom.keyboard.press("ArrowRight");
  await tom.keyboard.press("Escape");
  must((await own.getAttribute("aria-label")) === was, "Escape moved it");
  await tom.keyboard.press("m");
  await tom.keyboard.press("ArrowDown"); // Coagulation 1
  await tom.keyboard.press("Enter");
  await bar(sue, /Coagulation 1.*Tom Tech/).waitFor();
  await tom.keyboard.press("Control+z");
  await own.waitFor();
  must((await own.getAttribute("aria-label")) === was, "Control and z did not bring it back");

  // Refused, with a reason; a place is taken instead, and undone.
  await sue.getByRole("button", { name: "Book", exact: true }).click();
  await sue.getByLabel("Analyzer", { exact: true }).selectOption({ label: "Chemistry 1" });
  await sue.getByLabel("From", { exact: true }).fill("10:00");
  await sue.getByText(/In the way: Chemistry 1/).waitFor();
  await sue.getByRole("button", { name: "Book it" }).click();
  const no = sue.getByRole("alertdialog");
  await no.getByText("It is booked then, with its warm-up and clean-up.").waitFor();
  await no.getByText(/In the way: Tom Tech, K, 09:00|In the way: Tom Tech/).waitFor();
  await check(sue, "refused");
  await no.locator(".offers button").first().click();
  await sue.getByRole("button", { name: /^Undo/ }).click();
  await sue.getByText("Undone. The place is free again.").first().waitFor();

  // Urgent: asked for, rung, read back wrongly, then rightly; each side sees what became of it.
  await sue.getByRole("button", { name: "Book", exact: true }).click();
  await sue.getByLabel("Analyzer", { exact: true }).selectOption({ label: "Chemistry 1" });
  await sue.getByLabel("From", { exact: true }).fill("10:00");
  await sue.getByRole("button", { name: "Book it" }).click();
  await no.getByText("It cannot wait").click();
  await no.getByRole("button", { name: "Ask Tom Tech for the place" }).click();
  await tom.evaluate(() => (location.hash = "/"));
  const rings = tom.locator(".rung").getByText(/Urgent work needs your place on Chemistry 1/);
  await rings.waitFor();
  await check(tom, "rung on the bench");
  await tom.locator(".rung").getByRole("button", { name: "Answer" }).click();
  const answer = tom.getByLabel("Read back: type the analyzer that you give up");
  await answer.fill("Chemistry 7");
  await tom.getByRole("button", { name: "Read back and give it up" }).click();
  await tom.locator(".b-aside").getByText("What you typed is not the analyzer that you give up.").waitFor();
  await check(tom, "read back wrongly");
  await tom.getByRole("button", { name: "Close" }).last().click();
  await tom.locator(".rung").getByRole("button", { name: "Answer" }).click();
  await tom.getByLabel("Read back: type the analyzer that you give up").fill("chemistry 1");
  await tom.getByRole("button", { name: "Read back and give it up" }).click();
  await sue.locator(".rung").getByText(/You have the place that you asked for: Chemistry 1/).waitFor();
  await bar(sue, /Chemistry 2.*09:00 to 12:00.*Tom Tech/).waitFor(); // the equal one, at the same time
  await check(sue, "has the place");

  // Down: at risk, rerouted with one action, repaired, verified, released by name.
  await tom.evaluate(() => (location.hash = "/board"));
  await tom.getByRole("button", { name: "List", exact: true }).click();
  await check(tom, "list");
  await tom.getByRole("button", { name: "Open: Chemistry 2" }).click();
  await tom.getByText("It cannot be used").click();
  await tom.getByLabel("What was seen").fill("Canary words: a leak");
  await tom.getByRole("button", { name: "Take Chemistry 2 down" }).click();
  await tom.getByRole("button", { name: /^Reroute/ }).waitFor();
  await check(tom, "down");
  await tom.getByRole("button", { name: /^Reroute/ }).click();
  await tom.getByText(/have another place|has another place/).first().waitFor();
  await tom.getByLabel("What was repaired").fill("a tube");
  await tom.getByRole("button", { name: "It is repaired: verify it" }).click();
  await tom.getByText("A supervisor releases it, by name.").waitFor();
  await check(tom, "verifying");
  await sue.locator("[data-place='instrument/chem-2']").click();
  await sue.getByText("A control was run after the repair, and passed").click();
  await sue.getByRole("button", { name: "Release it to service" }).click();
  await sue.getByText("Chemistry 2 is back in service, released by you.").first().waitFor();
  await tom.locator(".b-aside").getByText("Ready").waitFor();

  // Used without a booking; the note is accepted by the next user.
  await tom.getByRole("button", { name: "Use it now" }).click();
  await tom.getByLabel("A note to the next user").fill("Canary words: wash it");
  await tom.getByRole("button", { name: "Finish" }).first().click();
  await sue.getByRole("button", { name: "Accept the note" }).click();
  await sue.getByText("Accepted: Chemistry 2.").first().waitFor();
  await check(sue, "an analyzer");

  // What is free, taken; checked in; finished.
  await tom.getByRole("button", { name: "What is free?" }).click();
  await tom.getByLabel("Test", { exact: true }).selectOption("K");
  await tom.getByLabel("For", { exact: true }).selectOption("15");
  await tom.getByRole("button", { name: "Show what is free" }).click();
  await tom.locator(".offers button").first().waitFor();
  await check(tom, "what is free");
  await tom.locator(".offers button").first().click();
  await tom.locator(".b-undo").waitFor();
  await tom.getByRole("button", { name: "Today" }).click();
  await tom.getByRole("button", { name: "Week", exact: true }).click();
  await check(tom, "week, as a list");
  await tom.getByRole("button", { name: /^Check in: / }).first().click();
  await tom.getByRole("button", { name: /^Finish: / }).first().click();
  await tom.getByRole("button", { name: "Finish", exact: true }).first().click();
  await tom.getByText(/^Finished: /).first().waitFor();
  await tom.getByRole("button", { name: "Timeline" }).click();
  await check(tom, "week");

  // A calendar follows by a secret address, which is shown once and ended here.
  await tom.getByRole("button", { name: "Calendar", exact: true }).click();
  await tom.getByLabel("Which bookings").selectOption({ label: "All analyzers" });
  await tom.getByRole("button", { name: "Make an address" }).click();
  const field = tom.getByLabel("The new address", { exact: true }).and(tom.locator("input"));
  const address = await field.inputValue();
  const reads = async () => (await fetch(address)).status;
  must(/\.ics$/.test(address) && (await reads()) === 200, "no calendar is at the new address");
  await tom.getByRole("button", { name: "Copy it" }).click();
  await tom.getByText(/^Copied\.$|^It is marked/).waitFor();
  must((await tom.evaluate(() => JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }]))).includes("/feed/") === false, "the address is kept");
  await check(tom, "a calendar's address");
  await tom.getByRole("button", { name: "Close" }).last().click();
  await tom.getByRole("button", { name: "Calendar", exact: true }).click();
  const ends = tom.getByRole("button", { name: /^End it: All analyzers/ });
  await ends.waitFor();
  must((await field.count()) === 0, "the address is shown again");
  await ends.click();
  await ends.waitFor({ state: "detached" });
  must((await reads()) === 404, "an address that was ended is still read");

  must(found.length === 0, `\n${found.join("\n")}`);
});
