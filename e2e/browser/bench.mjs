// The bench telephones: what is heard is compared with the value covered, first wrongly, then rightly. A clinician passes
// a call on, and asks to be telephoned about another.

import { desk, must, person, phone, story, told, want } from "./lib.mjs";

await story(async (browser) => {
  const bench = await person(browser, told.bench, desk);
  const lee = await person(browser, told.clinician, phone);
  const okafor = await person(browser, told.second, phone);
  await want("result");

  // Passed on: it rings at the second call's, and the first is not asked again.
  await lee.getByRole("button", { name: /^Answer/ }).click();
  await lee.getByRole("button", { name: "Not mine, pass on" }).click();
  await lee.getByRole("button", { name: "Pass it on" }).click();
  await lee.getByText("Choose why.").waitFor();
  await lee.getByRole("button", { name: "I am with another emergency" }).click();
  await lee.getByRole("button", { name: "Pass it on" }).click();
  await okafor.getByRole("article", { name: /Potassium/ }).waitFor();
  await bench.locator(".timeline").getByText("Passed on").waitFor();

  // Call me: the desk sees who asks, and telephones.
  await okafor.getByRole("button", { name: /^Answer/ }).click();
  await okafor.getByRole("button", { name: "Call me" }).click();
  await okafor.getByLabel("Where can you be reached?").fill("4711");
  await okafor.getByRole("button", { name: "Call me there" }).click();
  await okafor.getByText("The laboratory telephones you.").first().waitFor();
  await bench.getByText("asks to be telephoned").first().waitFor();

  const card = bench.locator(".bench-call").first();
  await card.getByRole("button", { name: /^Telephone it/ }).click();
  await card.getByRole("button", { name: "Somebody answers: what to say" }).click();
  await card.locator(".say").getByText("7.1").waitFor();
  await card.getByRole("button", { name: /^Said/ }).click();
  await card.locator(".say .covered").first().waitFor();
  must(!(await card.textContent()).includes("7.1"), "the value can be read while the caller listens");
  const hear = async (value) => {
    await card.getByLabel(/^Value/).fill(value);
    await card.getByLabel("Last four characters").fill(told.tail);
    await card.getByLabel("Role").selectOption("physician");
    await card.getByRole("button", { name: "Compare" }).click();
  };
  await hear("1.7");
  await card.getByText("What you heard differs").waitFor();
  await hear("7.1");
  await bench.locator("#closed-calls").getByText(/Told by telephone/).waitFor();
  await okafor.getByText("Nothing is left to do").first().waitFor();
});
