// Forty analyzers with a thousand bookings: how long the board takes to draw, and how much of it is there.

import { desk, must, person, story, told } from "./lib.mjs";

await story(async (browser) => {
  const page = await person(browser, told.technician, desk);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" }); // what it costs, also on a machine that does other things
  const spent = async () => Object.fromEntries((await cdp.send("Performance.getMetrics")).metrics.map((m) => [m.name, m.value * 1000]));
  const times = [];
  const costs = [];
  for (let n = 0; n < 3; n++) {
    await page.reload(); // so that nothing is there that was drawn before
    await page.locator("#line.live").waitFor();
    await page.getByRole("link", { name: "Analyzers" }).first().click();
    await page.getByRole("button", { name: "List", exact: true }).click();
    await page.getByRole("button", { name: "Week", exact: true }).click();
    await page.locator("tr[data-booking]").nth(30).waitFor();
    must((await page.locator("tr[data-booking]").count()) < 100, "the list draws all bookings at once");
    const before = await spent();
    times.push(await page.evaluate(async () => {
      const timeline = [...document.querySelectorAll(".switch button")].find((b) => b.textContent.trim() === "Timeline");
      const began = performance.now();
      timeline.click();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return performance.now() - began;
    }));
    const after = await spent();
    costs.push(["TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration"].map((m) => Math.round(after[m] - before[m])).join("/"));
    await page.locator(".b-row .b-bar").nth(20).waitFor();
  }
  const bars = await page.locator(".b-row .b-bar").count();
  must(bars < told.bookings / 2, `${bars} of ${told.bookings} bookings are drawn, though most cannot be seen`);
  process.stdout.write(`${told.bookings} bookings, ${bars} drawn, in ${times.map((t) => Math.round(t)).join(", ")} ms; of the processor ${costs.join(", ")} ms (all/script/layout/style)\n`);

  // What is scrolled to is drawn.
  await page.locator(".b-scroll").evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await page.getByRole("rowheader", { name: /^Analyzer 39/ }).waitFor();
});
