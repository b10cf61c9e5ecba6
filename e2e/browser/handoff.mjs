// A clinician sees a call, reads it back wrongly and then rightly; the bench sees it close.

import { readFileSync } from "node:fs";
import { desk, must, person, phone, story, told, typeIn, want } from "./lib.mjs";

await story(async (browser) => {
  const bench = await person(browser, told.bench, desk);
  const lee = await person(browser, told.clinician, phone);
  await lee.getByRole("heading", { name: "No calls wait for you" }).waitFor();

  await want("result");
  const card = lee.getByRole("article", { name: /Potassium/ });
  await card.getByText("7.1", { exact: true }).waitFor();
  await bench.locator(".bench-call").getByText("not yet").first().waitFor();

  await card.getByRole("button", { name: /^Answer/ }).click();
  await lee.getByText("Above 6.1 mmol/L").waitFor();
  await bench.locator(".timeline").getByText("Seen").waitFor();

  // Value and identifier are covered while they are typed, and can neither be pasted nor filled in.
  await lee.getByRole("button", { name: "Mine: read it back" }).click();
  await lee.locator(".covered").first().waitFor();
  const shown = await lee.locator("main").textContent();
  const number = await lee.locator("main .number").textContent();
  must(!shown.includes("7.1") && !number.includes(told.tail), "the value or the identifier is not covered");
  await typeIn(lee, "1.7", told.tail);
  await lee.getByLabel("Value", { exact: true }).evaluate((field) => {
    const data = new DataTransfer();
    data.setData("text/plain", "7.1");
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await lee.getByText("Pasting is not taken").waitFor();
  await lee.getByLabel("Value", { exact: true }).evaluate((field) => {
    field.value = "7.1";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await lee.getByText("Filled-in text is not taken").waitFor();
  must((await lee.getByLabel("Value", { exact: true }).inputValue()) === "1.7", "what was filled in was taken");
  await lee.getByLabel("End of the number").press("Backspace");
  await lee.getByLabel("End of the number").press(told.tail.at(-1));

  await lee.keyboard.press("Enter");
  await lee.getByRole("heading", { name: "The value does not match" }).waitFor();
  const refused = await lee.locator("main").textContent();
  must(refused.includes("1.7") && !refused.includes("7.1"), "the mismatch shows the true value, or not what was typed");
  await bench.getByText("1 mismatch", { exact: true }).waitFor();

  // Looking again shows the value and clears what was typed.
  await lee.getByRole("button", { name: "Look at the call again" }).click();
  await lee.locator(".value.big").getByText("7.1", { exact: true }).waitFor();
  await lee.getByRole("button", { name: "Mine: read it back" }).click();
  must((await lee.getByLabel("Value", { exact: true }).inputValue()) === "", "what was typed is still there");
  await typeIn(lee, "7.1", told.tail);
  await want("another");
  await bench.locator(".bench-call").nth(1).waitFor();
  await lee.getByRole("button", { name: "Read back" }).dblclick();
  await lee.getByRole("heading", { name: "Read back. It is yours." }).waitFor();
  const sent = lee.commands.filter((c) => c.do === "read-back");
  must(sent.length === 2 && sent[0].key && sent[0].key !== sent[1].key, `a mismatch and a double click sent ${sent.length} read-backs`);

  await bench.locator("#closed-calls").getByText(/Read back by Dr Mina Lee, after 1 mismatch/).waitFor();
  const [receipt] = await Promise.all([lee.waitForEvent("download"), lee.getByRole("link", { name: "Keep the receipt" }).click()]);
  const entry = await lee.locator("#entry").textContent();
  must(receipt.suggestedFilename() === `readback-receipt-${entry}.json`, `the receipt is called ${receipt.suggestedFilename()}`);
  must(readFileSync(await receipt.path(), "utf8").includes("readback"), "the receipt holds no checkpoint");

  const traces = await lee.evaluate(() => [location.pathname + location.search + location.hash, document.title, localStorage.length + sessionStorage.length, document.cookie]);
  must(/^\/#\/answer\/[0-9A-Z]+\/\d+$/.test(traces[0]) && /^(\(\d+\) )?Readback$/.test(traces[1]) && traces[2] === 0 && traces[3] === "", `traces: ${JSON.stringify(traces)}`);
});
