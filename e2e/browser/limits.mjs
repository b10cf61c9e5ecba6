// A director drafts a version of the limits, sees what it changes, approves it; the next result is judged by it.

import { desk, must, person, phone, story, told, want } from "./lib.mjs";

await story(async (browser) => {
  const chief = await person(browser, told.director, desk);
  const lee = await person(browser, told.clinician, phone);
  await want("before");
  await lee.getByRole("article").waitFor();
  await chief.getByRole("link", { name: "Limits" }).first().click();
  await chief.getByRole("button", { name: "Draft a new version" }).click();
  await chief.getByLabel("Which test changes?").fill("potassium");
  await chief.getByLabel(/^Called above/).first().fill("7.5");
  const row = chief.getByRole("region", { name: "What changes" }).getByRole("row", { name: /Potassium/ });
  must(/6\.1.*7\.5/s.test(await row.first().textContent()), "the change is not shown");
  await chief.getByRole("button", { name: /^Dry run/ }).click();
  await chief.getByText("would have called 0 more and 1 fewer").waitFor();
  await chief.getByRole("button", { name: "Keep this draft" }).click();
  await chief.getByRole("heading", { name: "Not in force" }).waitFor();
  await chief.getByRole("button", { name: "Approve this version" }).click();
  await chief.getByRole("button", { name: "Approve it" }).click();
  await chief.getByText(/In force since/).waitFor();
  await want("result");
  await lee.waitForTimeout(1_500);
  must((await lee.getByRole("article").count()) === 1, "a result within the new limits was called");

  // By hand: the verdict stands before it is sent.
  await chief.getByRole("link", { name: "Bench" }).first().click();
  await chief.getByRole("button", { name: "Enter a result by hand" }).click();
  await chief.getByLabel("Record number").fill("PL1111");
  await chief.getByLabel("Test", { exact: true }).selectOption({ label: "Potassium" });
  await chief.getByLabel("Value", { exact: true }).fill("7.9");
  await chief.getByRole("button", { name: "What do the limits say?" }).click();
  await chief.getByText("Critical: it is called at once.").waitFor();
  await chief.getByRole("button", { name: "Send it: call it now" }).click();
  await chief.getByText(/Call \w{6} is open/).waitFor();
  await lee.getByText("7.9", { exact: true }).waitFor();
});
