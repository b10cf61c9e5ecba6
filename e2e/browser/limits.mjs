// A director drafts a version of the limits, sees what it changes, approves it; the next result is judged by it.

import { desk, must, person, phone, story, told, want } from "./lib.mjs";

await story(async (browser) => {
  const chief = await person(browser, told.director, desk);
  const lee = await person(browser, told.clinician, phone);
  await chief.getByRole("link", { name: "Limits" }).first().click();
  await chief.getByRole("button", { name: "Draft a new version" }).click();
  await chief.getByLabel("Which test changes?").fill("potassium");
  await chief.getByLabel(/^Called above/).first().fill("7.5");
  const row = chief.getByRole("region", { name: "What changes" }).getByRole("row", { name: /Potassium/ });
  must(/6\.1.*7\.5/s.test(await row.first().textContent()), "the change is not shown");
  await chief.getByRole("button", { name: "Keep this draft" }).click();
  await chief.getByRole("heading", { name: "Not in force" }).waitFor();
  await chief.getByRole("button", { name: "Approve this version" }).click();
  await chief.getByRole("button", { name: "Approve it" }).click();
  await chief.getByText(/In force since/).waitFor();
  await want("result");
  await lee.waitForTimeout(1_500);
  must((await lee.getByRole("article").count()) === 0, "a result within the new limits was called");
});
