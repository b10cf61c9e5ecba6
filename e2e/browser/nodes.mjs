// A clinician is moved from one node to another in the middle of a read-back, and does not notice more than a blink.

import { must, person, phone, story, told, typeIn, want } from "./lib.mjs";

const patience = { timeout: 60_000 };

await story(async (browser) => {
  const lee = await person(browser, told.clinician, phone);
  const nodes = [];
  lee.on("websocket", (ws) => ws.on("framereceived", ({ payload }) => {
    const frame = JSON.parse(payload);
    if (frame.start) nodes.push(frame.start.node);
  }));
  const typed = async () => `${await lee.getByLabel("Value", { exact: true }).inputValue()} ${await lee.getByLabel("End of the number").inputValue()}`;
  const moved = async (to) => {
    for (const late = Date.now() + patience.timeout; nodes.at(-1) !== to; await lee.waitForTimeout(50)) must(Date.now() < late, `the page is not on ${to}: ${nodes}`);
    await lee.locator("#line.live").waitFor(patience);
  };

  await want("result");
  await lee.getByRole("button", { name: /^Answer/ }).click();
  await lee.getByRole("button", { name: "Mine: read it back" }).click();
  await typeIn(lee, "7", told.tail.slice(0, 2));

  // The node stops: it sends the page on, and the page goes on where it was.
  await want("stop");
  await moved("n2");
  must((await typed()) === `7 ${told.tail.slice(0, 2)}`, `what was typed did not survive the first move: ${await typed()}`);
  await lee.getByLabel("Value", { exact: true }).press("End");
  await lee.getByLabel("Value", { exact: true }).pressSequentially(".1");

  // The node is cut from its database: it sends the page away, too.
  await want("cut");
  await moved("n1");
  must((await typed()) === `7.1 ${told.tail.slice(0, 2)}`, `what was typed did not survive the second move: ${await typed()}`);
  await lee.getByLabel("End of the number").press("End");
  await lee.getByLabel("End of the number").pressSequentially(told.tail.slice(2));
  await lee.getByRole("button", { name: "Read back" }).click();
  await lee.getByRole("heading", { name: "Read back. It is yours." }).waitFor(patience);
  must(lee.commands.filter((c) => c.do === "read-back").length >= 1, "the page read nothing back");
  await want("closed");
});
