// One person on two devices, on a slow line, with a finger too quick, after a sleep and after a sign-out elsewhere: nothing
// is sent twice, nothing typed is lost, and nothing old is shown as new.

import { must, person, phone, signIn, story, told, typeIn, want } from "./lib.mjs";

const open = async (page) => {
  await page.getByRole("button", { name: /^Answer/ }).first().click();
  await page.getByRole("button", { name: "Mine: read it back" }).click();
  await page.getByLabel("Value", { exact: true }).waitFor();
};
const sent = (page, what) => page.commands.filter((c) => c.do === what).length;

await story(async (browser) => {
  const one = await person(browser, told.clinician, phone);
  const two = await person(browser, told.clinician, phone);
  await want("first");
  for (const page of [one, two]) await page.getByRole("article", { name: /Potassium/ }).waitFor();

  // A slow line: typing does not wait for it, and what is pressed twice is sent once.
  const cdp = await one.context().newCDPSession(one);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 20_000, uploadThroughput: 8_000 });
  await one.getByRole("button", { name: /^Answer/ }).click();
  await one.getByRole("button", { name: "Mine: read it back" }).dblclick();
  await one.getByLabel("Value", { exact: true }).and(one.locator(":focus")).waitFor();
  await typeIn(one, "7.1", told.tails[0]);
  must(sent(one, "take") === 1, `two pressings took the call ${sent(one, "take")} times`);

  // Dropped text is refused with the reason; Back and forward again keep what was typed.
  await one.getByLabel("Value", { exact: true }).evaluate((field) => {
    const data = new DataTransfer();
    data.setData("text/plain", "9.9");
    field.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await one.getByText("Dropping text is not taken").waitFor();
  await one.goBack();
  await one.getByText("Your read-back is half typed").waitFor();
  await one.goForward();
  must((await one.getByLabel("Value", { exact: true }).inputValue()) === "7.1", "Back lost what was typed");

  // The other device is quicker: this one hears who has it, and its own answer changes nothing.
  await open(two);
  await typeIn(two, "7.1", told.tails[0]);
  const enter = async (page, times) => {
    for (let n = 0; n < times; n++) await page.keyboard.press("Enter"); // whether or not the form is still there
  };
  await Promise.all([enter(one, 2), enter(two, 1)]);
  const yours = (page) => page.getByRole("heading", { name: "Read back. It is yours." });
  const gone = (page) => page.getByRole("heading", { name: "Nothing is left to do" });
  for (const page of [one, two]) await yours(page).or(gone(page)).waitFor();
  must((await yours(one).count()) + (await yours(two).count()) === 1, "not one of the two devices read it back");
  must(sent(one, "read-back") <= 1, `two pressings read back ${sent(one, "read-back")} times`);
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  for (const page of [one, two]) {
    await page.getByRole("button", { name: /^(My calls|Next call)/ }).click();
    await page.getByRole("heading", { name: "No calls wait for you" }).waitFor();
  }

  // A past call leads to its receipt.
  await two.getByRole("link", { name: "Past calls" }).click();
  await two.getByRole("button", { name: /^Look: Potassium/ }).click();
  const [receipt] = await Promise.all([two.waitForEvent("download"), two.getByRole("link", { name: "Keep the receipt" }).click()]);
  must(/^readback-receipt-\w{6}\.json$/.test(receipt.suggestedFilename()), `the receipt is called ${receipt.suggestedFilename()}`);

  // Asleep: what comes meanwhile is here before the page says that it is live.
  await one.evaluate(async () => {
    const { conn, calls, line } = await import("/state.js");
    const real = Date.now;
    globalThis.states = [];
    conn.subscribe(({ state }) => globalThis.states.push(`${state} ${calls.value.length}`));
    line.ws.onmessage = null; // nothing comes while it sleeps
    Date.now = () => real() + 60_000;
  });
  await want("second");
  await one.getByRole("article", { name: /Potassium/ }).waitFor();
  await one.locator("#line.live").waitFor();
  const states = await one.evaluate(() => globalThis.states);
  must(states.some((s) => s.startsWith("down")) && states.at(-1) === "live 1", `the states were ${states}`);

  // Signed out from another device while it types: it asks in place, and goes on where it was.
  await open(one);
  await typeIn(one, "7.1", told.tails[1]);
  await two.getByRole("button", { name: /your menu/ }).click();
  await two.getByRole("button", { name: "Your screens and your PIN" }).click();
  await two.getByRole("button", { name: /^Sign out: Another screen/ }).click();
  await one.getByText("Your sign-in is over.").waitFor();
  must(!(await one.content()).includes("Muster"), "the patient is still on the page");
  await signIn(one, told.clinician);
  must((await one.getByLabel("Value", { exact: true }).inputValue()) === "7.1", "what was typed did not survive the new sign-in");
  await one.getByRole("button", { name: "Read back" }).click();
  await yours(one).waitFor();
});
