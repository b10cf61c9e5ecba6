// The pages beside the calls: a story, sessions and the PIN, a patient named later, ladders and covers. Each is accessible,
// and none keeps anything of a patient outside of memory; a sign-out empties the cache.

import { desk, examine, must, person, phone, story, told, want } from "./lib.mjs";

const found = [];

await story(async (browser) => {
  const chief = await person(browser, told.director, desk);
  const lee = await person(browser, told.clinician, phone);

  // Earlier values of the same test stand as a picture with its table.
  await want("before");
  await want("result");
  const card = lee.getByRole("article", { name: /Potassium/ });
  await card.nth(1).waitFor();
  await card.first().getByRole("button", { name: /^Answer/ }).click();
  await lee.getByRole("heading", { name: "Earlier values" }).waitFor();
  await lee.locator(".picture svg").first().waitFor();
  await lee.getByText("The same as a table").first().click();
  must((await lee.locator("details table tbody tr").count()) === 2, "the table does not hold both values");
  await examine(lee, "trend", found);
  await lee.getByRole("button", { name: "Mine: read it back" }).click();
  await lee.getByLabel("Value", { exact: true }).pressSequentially("7,1");
  await lee.getByLabel("End of the number").pressSequentially(told.tail);
  await lee.keyboard.press("Enter");
  await lee.getByText("Here a point is the decimal mark").waitFor();
  await lee.getByLabel("Value", { exact: true }).fill("");
  await lee.getByLabel("Value", { exact: true }).pressSequentially("7.1");
  await lee.keyboard.press("Enter");
  await lee.getByRole("heading", { name: "Read back. It is yours." }).waitFor();

  // Its story, in time, without its patient.
  await chief.locator("#closed-calls a").first().click();
  await chief.getByRole("heading", { name: /^Potassium/ }).waitFor();
  await chief.getByRole("heading", { name: "What happened" }).waitFor();
  await chief.locator(".chronicle").getByText(/^Read back by Dr Mina Lee: matches/).waitFor();
  const text = await chief.locator("main").textContent();
  for (const canary of told.canaries) must(!text.includes(canary), `the story holds ${canary}`);
  await examine(chief, "story", found);
  await chief.getByText("The same as a table").click();
  await chief.getByRole("columnheader", { name: "After opening" }).waitFor();

  // A patient whom nobody knew is named, and then the call can be read back.
  await want("unknown");
  await chief.getByRole("link", { name: "Bench" }).first().click();
  await chief.getByRole("button", { name: "The patient is known: name them" }).first().click();
  const form = chief.getByRole("form", { name: "Name the patient" });
  await form.getByLabel("Record number").fill(told.number);
  await form.getByLabel("Name", { exact: true }).fill("Wrong, Person");
  await form.getByLabel("How is it known?").selectOption("label");
  await form.getByRole("button", { name: "Look at it once more" }).click();
  await form.getByRole("button", { name: /^Yes/ }).click();
  await form.getByText("This number is another patient's").waitFor();
  await form.getByLabel("Name", { exact: true }).fill(told.name);
  await examine(chief, "identify", found);
  await form.getByRole("button", { name: "Look at it once more" }).click();
  await form.getByRole("button", { name: /^Yes/ }).click();
  await form.waitFor({ state: "detached" });
  await chief.getByRole("button", { name: "The patient is known: name them" }).waitFor({ state: "detached" });

  // A ladder is changed, with its steps said once more.
  await chief.getByRole("link", { name: "Roster" }).first().click();
  await chief.getByRole("button", { name: /^Change: / }).first().click();
  await chief.getByLabel("Waits, min").first().fill("7");
  await examine(chief, "ladder", found);
  await chief.getByRole("button", { name: "Look at it once more" }).click();
  await chief.getByRole("button", { name: "Put it in force" }).last().click();
  await chief.locator(".ladders").getByText("7 min").first().waitFor();

  // A cover is offered, and agreed by the one who comes.
  const okafor = await person(browser, told.second, phone);
  await lee.evaluate(() => (location.hash = "/on"));
  await lee.getByRole("button", { name: "Ask for a stand-in, or offer yourself" }).click();
  await lee.getByLabel("Post").selectOption({ label: "Emergency room" });
  await lee.getByLabel("Who comes").selectOption({ label: "Dr Ada Okafor" });
  await lee.getByLabel("Until").fill(told.until);
  await lee.getByRole("button", { name: "Offer it" }).click();
  await lee.getByText("by Dr Mina Lee").waitFor();
  await okafor.evaluate(() => (location.hash = "/on"));
  await okafor.getByRole("button", { name: "Agree" }).click();
  await lee.getByText("counts now").waitFor();
  await examine(lee, "covers", found);

  // A PIN, and the sessions.
  await lee.evaluate(() => (location.hash = "/me"));
  await lee.getByLabel("New PIN").fill("7392");
  await lee.getByLabel("The same again").first().fill("7391");
  await lee.getByRole("button", { name: "Set the PIN" }).click();
  await lee.getByText("The two PINs differ.").waitFor();
  await lee.getByLabel("The same again").first().fill("7392");
  await lee.getByLabel("Password", { exact: true }).fill(told.people[told.clinician]);
  await lee.getByRole("button", { name: "Set the PIN" }).click();
  await lee.getByText("Your PIN is set.").waitFor();
  await examine(lee, "me", found);
  const root = await person(browser, told.administrator, desk);
  await root.getByRole("link", { name: "People" }).first().click();
  await root.getByRole("button", { name: "Sign-ins: Dr Ada Okafor" }).click();
  await root.getByRole("button", { name: /^Sign out: / }).first().click();
  await okafor.getByText("Your sign-in is over.").waitFor();
  await examine(root, "sessions", found);

  // German says what the server refuses.
  await lee.getByRole("button", { name: /your menu/ }).click();
  await lee.getByRole("button", { name: "Deutsch" }).click();
  await lee.keyboard.press("Escape");
  await lee.getByLabel("Neue PIN").fill("7392");
  await lee.getByLabel("Noch einmal dieselbe").first().fill("7392");
  await lee.getByLabel("Passwort", { exact: true }).fill("wrong password");
  await lee.getByRole("button", { name: "PIN ändern" }).click();
  await lee.getByText("Kennung oder Passwort sind falsch").or(lee.getByText("Das Passwort ist falsch")).waitFor();

  // Who signs out leaves no cache behind.
  await lee.getByRole("button", { name: /Ihr Menü/ }).click();
  const [out] = await Promise.all([lee.waitForResponse(/sign-out$/), lee.getByRole("button", { name: "Abmelden" }).last().click()]);
  must((await out.headerValue("clear-site-data")) === '"cache"', `sign-out clears ${await out.headerValue("clear-site-data")}`);
  await lee.getByLabel("Kennung").waitFor();
  const left = await lee.content();
  for (const canary of told.canaries) must(!left.includes(canary), `after the sign-out ${canary} is still there`);
  must(found.length === 0, `\n${found.join("\n")}`);
});
