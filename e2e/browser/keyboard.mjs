// No pointer: a read-back from the door to the receipt, and the bench's whole telephone path. The patient's name holds
// what would turn the line around, and what would be a script. Then the same screens at twice the size.

import { desk, must, person, phone, story, told, want } from "./lib.mjs";

// to presses Tab until the focus is on what is called so.
async function to(page, name) {
  const here = () => page.evaluate(() => {
    const e = document.activeElement;
    const by = e?.labels?.[0]?.textContent ?? "";
    return `${e?.getAttribute("aria-label") ?? ""}|${by}|${e?.textContent ?? ""}`.replace(/\s+/g, " ");
  });
  for (let n = 0; n < 120; n++) {
    if ((await here()).split("|").some((text) => name.test(text.trim()))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never comes to ${name}; at last to ${await here()}`);
}
const press = async (page, name) => (await to(page, name), page.keyboard.press("Enter"));

// whole finds what is wider than the window, or cut inside of a box that does not scroll.
const whole = (page) => page.evaluate(() => {
  const out = document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide in ${innerWidth}`] : [];
  for (const e of document.querySelectorAll("main *, header *, nav *")) {
    const style = getComputedStyle(e);
    if (e.closest(".unseen, .scroll, svg, select, dialog, details:not([open])") || style.visibility === "hidden" || e.matches("input, option")) continue;
    if (style.clipPath !== "none") continue; // only for who listens
    if (["hidden", "clip"].includes(style.overflowX) && e.scrollWidth > e.clientWidth + 1) out.push(`${e.tagName}.${e.className} is cut`);
    const box = e.getBoundingClientRect();
    if (box.width > 0 && box.right > innerWidth + 1 && style.position !== "absolute") out.push(`${e.tagName}.${e.className} ends at ${Math.round(box.right)} of ${innerWidth}`);
  }
  return out.slice(0, 6).join("; ");
});

await story(async (browser) => {
  const lee = await person(browser, told.clinician, desk);
  await want("odd");
  await lee.getByRole("article", { name: /Potassium/ }).waitFor();
  must((await lee.locator("article bdi").first().textContent()).includes("<img src=x"), "the name is not shown as it was sent");
  must((await lee.locator("main img, main script").count()) === 0, "the name became markup");
  const order = await lee.locator("article .patient").evaluate((e) => getComputedStyle(e.querySelector("bdi")).unicodeBidi);
  must(order === "isolate", `the name is ${order}: it may turn what stands beside it around`);

  await press(lee, /^Answer/);
  await lee.getByText("Above 6.1 mmol/L").waitFor();
  await press(lee, /^Mine: read it back$/);
  await lee.getByLabel("Value", { exact: true }).and(lee.locator(":focus")).waitFor();
  await lee.keyboard.type("7.1");
  await lee.keyboard.press("Tab");
  await lee.keyboard.type(told.tail);
  await lee.keyboard.press("Enter");
  await lee.getByRole("heading", { name: "Read back. It is yours." }).and(lee.locator(":focus")).waitFor();
  await press(lee, /^My calls$/);
  await lee.getByRole("heading", { name: "No calls wait for you" }).waitFor();

  const bench = await person(browser, told.bench, desk);
  await want("result");
  await bench.locator(".bench-call").getByText("not yet").first().waitFor();
  await press(bench, /^Telephone it sooner$/);
  await press(bench, /^Somebody answers: what to say$/);
  await press(bench, /^Said\. Now I listen/);
  await to(bench, /^Value/);
  await bench.keyboard.type("7.1");
  await to(bench, /^Last four characters$/);
  await bench.keyboard.type(told.second);
  await to(bench, /^Who is on the line/);
  await bench.keyboard.type("Nora Night");
  await to(bench, /^Role/);
  await bench.keyboard.type("n"); // nurse
  await press(bench, /^Compare$/);
  await bench.locator("#closed-calls").getByText(/Told by telephone/).waitFor();

  // Twice the size: a desk's window has half as many pixels across, and on a phone the letters grow.
  await want("another");
  const call = lee.getByRole("button", { name: /^Answer/ });
  await call.waitFor();
  const at = async (who, what, size, letters) => {
    await who.setViewportSize(size);
    await who.evaluate((to) => (document.documentElement.style.fontSize = to), letters);
    const wrong = await whole(who);
    must(!wrong, `${what} at ${size.width} px, letters ${letters}: ${wrong}`);
  };
  const both = async (who, what) => {
    await at(who, what, { width: 720, height: 450 }, "");
    await at(who, what, phone, "200%");
    await at(who, what, desk, "");
  };
  await both(lee, "the list");
  await call.click();
  await lee.getByText("Above 6.1 mmol/L").waitFor();
  await both(lee, "the call");
  await lee.getByRole("button", { name: "Mine: read it back" }).click();
  await lee.getByLabel("Value", { exact: true }).waitFor();
  await both(lee, "the read-back");
  await both(bench, "the bench");
  await bench.getByRole("button", { name: "Telephone it sooner" }).click();
  await bench.getByRole("button", { name: /^Somebody answers/ }).click();
  await both(bench, "the telephone path");
});
