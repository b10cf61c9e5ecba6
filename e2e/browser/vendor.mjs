// Copies the web app's libraries out of node_modules, as `npm ci` put them there by the lockfile, into
// static/app/vendor, and notes their versions and hashes there. With --check it only compares.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const vendor = join(here, "../../static/app/vendor");

// what is taken: the file there, its package, and the file in it.
const taken = [
  ["preact.mjs", "preact", "dist/preact.mjs"],
  ["hooks.mjs", "preact", "hooks/dist/hooks.mjs"],
  ["signals-core.mjs", "@preact/signals-core", "dist/signals-core.mjs"],
  ["signals.mjs", "@preact/signals", "dist/signals.mjs"],
  ["htm.mjs", "htm", "dist/htm.mjs"],
];

const rows = taken.map(([name, from, path]) => {
  const home = join(here, "node_modules", from);
  const { version, license } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const bytes = readFileSync(join(home, path));
  const sum = createHash("sha256").update(bytes).digest("hex");
  return { name, from, path, version, license, bytes, sum };
});

const readme = `# Libraries of the web app

Copied unchanged out of the packages that the lockfile of \`e2e/browser\` names; \`make vendor\` makes this directory anew and
\`make lint\` compares it. A test compares the hashes below, so that nobody changes a file here by hand.

| file | package | version | license | sha256 |
|---|---|---|---|---|
${rows.map((r) => `| ${r.name} | ${r.from}/${r.path} | ${r.version} | ${r.license} | ${r.sum} |`).join("\n")}
`;

const files = [...rows.map((r) => [r.name, r.bytes]), ["README.md", Buffer.from(readme)]];
const there = (name) => {
  try {
    return readFileSync(join(vendor, name));
  } catch {
    return Buffer.alloc(0);
  }
};
const differ = files.filter(([name, bytes]) => !there(name).equals(bytes)).map(([name]) => name);
if (process.argv.includes("--check")) {
  if (differ.length > 0) {
    console.error(`static/app/vendor differs from the lockfile: ${differ.join(", ")}. Run: make vendor`);
    process.exit(1);
  }
} else {
  for (const [name, bytes] of files) writeFileSync(join(vendor, name), bytes);
  console.log(`${files.length} files, ${differ.length} new or changed`);
}
