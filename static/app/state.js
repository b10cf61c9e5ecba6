// What this page knows, in its memory alone: nothing is kept when it is closed.

import { Line } from "./line.js";

// app is everything the screens are drawn from.
export const app = {
  me: null, site: "", zone: "UTC",
  locked: null, // why a sign-in is asked for: "", or a sentence; null: it is not
  login: "", // as it was typed, for the next sign-in in place
  line: { state: "off", since: 0, why: "" },
  stale: false, // something happened, and what it changed is not here yet
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
    if (f.kind === "ledger.erased") app.over.clear();
    if (!f.kind?.startsWith("session.")) refresh();
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
const slow = 1_500; // ms after which an answer that is not here means that the screen may be old

// refresh asks for all calls anew: debounced, one question at a time, and once more if something came meanwhile.
export function refresh() {
  again = true;
  if (!timer && !asking) timer = setTimeout(ask, 40);
}

async function ask() {
  timer = 0;
  asking = true;
  again = false;
  const late = setTimeout(() => stale(true), slow);
  try {
    const c = await line.ask("calls", { hours });
    Object.assign(app, { calls: c.calls ?? [], finished: c.finished ?? [], work: c.work ?? [], alone: c.alone ?? 0 });
    await fate();
    stale(false);
    change("calls");
  } catch {
    // Without a line the next start replaces everything; what was refused is asked again.
    if (line.state === "live") setTimeout(refresh, slow);
    again = false;
  }
  clearTimeout(late);
  asking = false;
  if (again) refresh();
}

function stale(is) {
  if (app.stale === is) return;
  app.stale = is;
  change("line");
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

// noAnswer is the problem of a request that nobody answered: it may have happened.
const noAnswer = { code: "no-answer", say: "No answer came.", do: "" };
const patience = 8_000; // ms for an answer

// record runs a command that records, over the line: it is this screen's person who acts, whoever signs in beside it in
// the same browser. It throws the server's problem, or noAnswer.
export async function record(what, body, key) {
  let timer = 0;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, patience, noAnswer)));
  try {
    return await Promise.race([line.ask(what, body, key), late]);
  } catch (p) {
    throw p.code ? p : noAnswer;
  } finally {
    clearTimeout(timer);
  }
}

// post is a request to sign in or out. It throws the server's problem, or noAnswer.
export async function post(path, body) {
  let response, out;
  try {
    response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(patience) });
    out = await response.json();
  } catch {
    throw noAnswer;
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
  record("seen", { call: call.id, version: call.version }, crypto.randomUUID()).catch(() => told.delete(mark));
}

export const ofLab = () => ["technician", "supervisor", "director"].includes(app.me?.role);
export const connected = () => app.line.state === "live" || app.line.state === "catching";
