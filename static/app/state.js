// What this page knows, in its memory alone: nothing is kept when it is closed.

import { Line } from "./line.js";

// app is everything the screens are drawn from.
export const app = {
  me: null, site: "", zone: "UTC",
  locked: null, // why a sign-in is asked for: "", or a sentence; null: it is not
  login: "", // as it was typed, for the next sign-in in place
  line: { state: "off", since: 0, why: "" },
  calls: [], finished: [], work: [], alone: 0,
  screen: { name: "list", call: "" },
  drafts: new Map(), // by call: what is being read back
  over: new Map(), // by call: what became of one that was looked at
  opened: new Set(), // ringing stops for what was opened here
  note: "", // a sentence at the top of the screen
};

const changed = []; // who draws and rings

export const onChange = (f) => changed.push(f);
export const change = (what) => changed.forEach((f) => f(what));

// Ledger time: the server's, carried on by this machine.
let base = Date.now() - performance.now();
export const now = () => base + performance.now();
const setClock = (t) => {
  base = Date.parse(t) - performance.now();
};

let heard = Date.now(); // when the last frame came, ledger time
const hours = 12;

export const line = new Line({
  start(s) {
    setClock(s.now);
    heard = now();
    const another = app.me && app.me.id !== s.me.id;
    if (another) forget();
    Object.assign(app, { me: s.me, site: s.site, zone: s.zone, calls: s.calls ?? [], work: s.work ?? [], locked: null });
    change("calls");
    refresh();
  },
  entry(f) {
    heard = now();
    if (["critical.", "message.", "result.", "roster.", "person.", "patient."].some((p) => f.kind?.startsWith(p))) refresh();
  },
  beat(b) {
    setClock(b.now);
    heard = now() - (b.age > 10_000 ? b.age : 0);
  },
  state(state, why) {
    app.line = { state, since: heard, why };
    change("line");
  },
  signedOut() {
    lock("Your sign-in is over. What you typed is kept on this page.");
  },
});

// forget drops what belongs to the person before.
export function forget() {
  app.drafts.clear();
  app.over.clear();
  app.opened.clear();
  Object.assign(app, { calls: [], finished: [], work: [], me: null, screen: { name: "list", call: "" }, note: "" });
}

// lock asks for a sign-in in place; everything stays in memory and nothing of it on the screen.
export function lock(why) {
  line.close();
  app.locked = why;
  change("lock");
}

// signIn takes what /api/sign-in, /api/setup or /api/me answered.
export function signIn(answer) {
  if (app.me && app.me.id !== answer.me.id) {
    forget();
    line.close(true);
  }
  Object.assign(app, { me: answer.me, site: answer.site, zone: answer.zone, locked: null });
  line.open();
  change("lock");
}

let timer = 0;
let asking = false;
let again = false;

// refresh asks for all calls anew: debounced, one question at a time, and once more if something came meanwhile.
export function refresh() {
  again = true;
  if (!timer && !asking) timer = setTimeout(ask, 40);
}

async function ask() {
  timer = 0;
  asking = true;
  again = false;
  try {
    const c = await line.ask("calls", { hours });
    Object.assign(app, { calls: c.calls ?? [], finished: c.finished ?? [], work: c.work ?? [], alone: c.alone ?? 0 });
    await fate();
    change("calls");
  } catch {
    // Not connected: the start of the next connection replaces everything. A refusal is asked again with what comes.
    again = again && line.state === "live";
  }
  asking = false;
  if (again) refresh();
}

// fate asks what became of the call on the screen when it is not open any more.
async function fate() {
  const id = app.screen.call;
  if (!id || app.calls.some((c) => c.id === id) || app.over.has(id)) return;
  const known = app.finished.find((c) => c.id === id) ?? (await line.ask("call", { call: id }).catch(() => null));
  app.over.set(id, known);
}

// find is a call by id, open or just over.
export const find = (id) => app.calls.find((c) => c.id === id) ?? app.finished.find((c) => c.id === id) ?? app.over.get(id);

// post runs a command that records, or an /api path. It throws the server's problem, or { code: "no-answer" } when
// none came: then it may have happened.
export async function post(path, body, key) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  let response, out;
  try {
    response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(8_000) });
    out = await response.json();
  } catch {
    throw { code: "no-answer", say: "No answer came.", do: "" };
  }
  if (!response.ok) throw out;
  return out;
}

const told = new Set();

// seen tells the laboratory, once a version, that this person has opened a call.
export function seen(call) {
  const mark = `${app.me?.id} ${call.id} ${call.version}`;
  if (!app.me?.receives || call.standing !== "open" || told.has(mark)) return;
  told.add(mark);
  post("/api/do/seen", { call: call.id, version: call.version }, crypto.randomUUID()).catch(() => told.delete(mark));
}

export const ofLab = () => ["technician", "supervisor", "director"].includes(app.me?.role);
export const connected = () => app.line.state === "live" || app.line.state === "catching";
