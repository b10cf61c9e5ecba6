// The page tells the truth about its connection, comes back by itself, and keeps what was typed.

import { must, person, phone, signIn, story, told, typeIn, want } from "./lib.mjs";

const typed = async (page) => `${await page.getByLabel("Value", { exact: true }).inputValue()} ${await page.getByLabel("End of the number").inputValue()}`;
const patience = { timeout: 60_000 };

await story(async (browser) => {
  const lee = await person(browser, told.clinician, phone);
  await want("result");
  await lee.getByRole("button", { name: /^Answer/ }).click();
  await lee.getByRole("button", { name: "Mine: read it back" }).click();
  await typeIn(lee, "7.1", told.tail);

  // Nothing comes and nothing says so: two heartbeats are missed.
  await want("freeze");
  await lee.getByText(/Not connected since \d\d:\d\d/).waitFor(patience);
  must((await lee.getByRole("button", { name: "Read back" }).getAttribute("aria-disabled")) === "true", "a read-back can be sent without a connection");
  await want("thaw");
  await lee.locator("#line.live").waitFor(patience);
  must((await typed(lee)) === `7.1 ${told.tail}`, "what was typed did not survive the lost connection");

  // An entry was missed: the page comes back by itself, and goes on where it was.
  const follows = () => lee.commands.filter((c) => c.do === "follow");
  const before = follows().length;
  const back = lee.waitForEvent("websocket", patience);
  await lee.evaluate(async () => (await import("/state.js")).line.last--);
  await want("another");
  await back;
  await lee.locator("#line.live").waitFor(patience);
  must(follows().length > before && follows().at(-1).body.after >= 0, "the page did not resume");

  // The session ends elsewhere: nothing of the patient stays, and a new sign-in goes on where it was.
  const other = await lee.context().newPage();
  await other.goto(told.at);
  await other.locator("#line.live").waitFor(patience);
  await other.getByRole('button', { name: /your menu/ }).click();
  await other.getByRole("button", { name: "Sign out" }).click();
  await other.getByLabel("Staff name").waitFor();
  await other.close();
  await lee.getByText("Your sign-in is over.").waitFor(patience);
  must(!(await lee.content()).includes("Muster"), "the patient is still on the page");
  await signIn(lee, told.clinician);
  must((await typed(lee)) === `7.1 ${told.tail}`, "what was typed did not survive the new sign-in");

  await want("stop");
  await lee.getByText(/Not connected since \d\d:\d\d/).waitFor(patience);
  await want("again");
  await lee.locator("#line.live").waitFor(patience);

  // The answer is lost on its way. Whether it counted shows when the line is back; sent again, it counts once.
  await want("freeze");
  await lee.getByRole("button", { name: "Read back" }).click();
  const again = lee.getByRole("button", { name: "Send it again" });
  await again.waitFor(patience);
  await want("thaw");
  const yours = lee.getByRole("heading", { name: "Read back. It is yours." });
  await again.and(lee.locator(":not([aria-disabled])")).or(yours).waitFor(patience);
  if (!(await yours.isVisible())) await again.click({ timeout: 2_000 }).catch(() => {}); // it may be settled meanwhile
  await yours.waitFor(patience);
  const keys = new Set(lee.commands.filter((c) => c.do === "read-back").map((c) => c.key));
  must(keys.size === 1, `one attempt had ${keys.size} keys`);
});
