// The line to the server: the websocket of protocol readback.v1. It says what is true of the connection, finds gaps,
// comes back by itself and goes on where it was.

export const silence = 10_000; // ms without a frame: two heartbeats of 5 s were missed

const patience = 5_000; // ms for a connection to open
const longest = 5_000; // ms between two tries

// What a close code means, where it is not "come back" (see docs/protocol.md).
const signedOut = 4401;
/** @type {Record<number, string>} */
const halt = {
  4400: "This page and Readback do not understand each other. Load the page again.",
  4429: "Readback is open in too many windows of yours. Close some, then try again.",
};

export class Line {
  // hears has: start(start), entry(frame), beat(beat), state(state, why), signedOut().
  // States: "connecting", "catching" (up), "live", "down", "behind" (the node itself is cut off), "off".
  /** @param {{ start(s: Start): void, entry(f: Entry): void, beat(b: Beat): void, state(state: string, why: string): void, signedOut(): void }} hears */
  constructor(hears) {
    this.hears = hears;
    this.state = "off";
    this.last = /** @type {number | null} */ (null); // place of the last frame, the next one's prev
    this.epoch = 0;
    this.tries = 0;
    this.asks = /** @type {Map<string, { resolve(ok: any): void, reject(p: any): void }>} */ (new Map());
    this.asked = 0;
    this.again = 0;
    this.quiet = 0;
    this.opened = false;
    this.heard = 0; // ms of the wall clock, which goes on while a machine sleeps
    this.ws = /** @type {WebSocket | null} */ (null);
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && (this.slept(), this.wake()));
    setInterval(() => this.slept(), 1_000);
  }

  // open connects; the state goes to "live" once everything up to now is here.
  open() {
    clearTimeout(this.again);
    this.again = 0;
    this.drop();
    if (this.state === "off") this.say("connecting");
    const ws = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, "readback.v1");
    this.ws = ws;
    this.watch(patience);
    ws.onopen = () => {
      if (this.ws !== ws) return;
      this.opened = true;
      this.heard = Date.now();
      this.watch(silence);
      const body = this.last === null ? {} : { after: this.last, epoch: this.epoch };
      ws.send(JSON.stringify({ id: "follow", do: "follow", body }));
    };
    ws.onmessage = (e) => this.ws === ws && this.frame(JSON.parse(e.data));
    ws.onclose = (e) => this.ws === ws && this.closed(e.code);
  }

  /** close ends the line until open is called. forget gives the place up, too. @param {boolean} [forget] */
  close(forget) {
    clearTimeout(this.again);
    this.again = 0;
    this.drop();
    if (forget) this.last = null;
    this.say("off");
  }

  // slept finds that no frame came for too long by the wall clock: a machine that slept, or a tab that was frozen, does
  // not know what it missed, whatever its timers say.
  slept() {
    if (!this.ws || !this.opened || Date.now() - this.heard <= silence) return;
    this.drop();
    this.say("down");
    this.retry();
  }

  // wake tries at once when a try is pending anyway.
  wake() {
    if (this.again) this.open();
  }

  /**
   * ask runs a command on the very node whose entries come over this line. It rejects with the server's problem, or with
   * an Error when the line is lost: then the command may have run.
   * @param {string} what @param {object} body @param {string} [key] @returns {Promise<any>}
   */
  ask(what, body, key) {
    if (this.state !== "live" && this.state !== "behind") return Promise.reject(new Error("not connected"));
    const id = `q${++this.asked}`;
    return new Promise((resolve, reject) => {
      this.asks.set(id, { resolve, reject });
      this.ws?.send(JSON.stringify({ id, do: what, key, body }));
    });
  }

  /** @param {string} state @param {string} [why] */
  say(state, why = "") {
    if (this.state === state && !why) return;
    this.state = state;
    this.hears.state(state, why);
  }

  drop() {
    clearTimeout(this.quiet);
    const ws = this.ws;
    this.ws = null;
    this.opened = false;
    for (const a of this.asks.values()) a.reject(new Error("not connected"));
    this.asks.clear();
    if (ws) ws.close();
  }

  /** @param {number} milliseconds */
  watch(milliseconds) {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => {
      this.drop();
      this.say("down");
      this.retry();
    }, milliseconds);
  }

  /** @param {any} f */
  frame(f) {
    this.heard = Date.now();
    this.watch(silence);
    if (f.start) return this.start(f.start);
    if (f.beat) return this.beat(f.beat);
    if (f.re === "follow") return f.error?.code === "signed-out" ? this.out() : this.lost();
    if (f.re) {
      const a = this.asks.get(f.re);
      this.asks.delete(f.re);
      return f.error ? a?.reject(f.error) : a?.resolve(f.ok);
    }
    if (f.prev !== this.last) return this.lost();
    this.last = f.seq;
    this.hears.entry(f);
  }

  /** @param {Start} s */
  start(s) {
    this.last = s.after;
    this.epoch = s.epoch;
    this.tries = 0;
    this.hears.start(s);
    this.say("live");
  }

  /** @param {Beat} b */
  beat(b) {
    if (b.last > (this.last ?? 0)) return this.lost();
    this.hears.beat(b);
    if (this.state === "live" || this.state === "behind") this.say(b.age > silence ? "behind" : "live");
  }

  // lost comes back and resumes: something is missing.
  lost() {
    this.drop();
    this.say("catching");
    this.retry();
  }

  /** @param {number} code */
  closed(code) {
    const never = !this.opened;
    this.drop();
    if (code === signedOut) return this.out();
    if (halt[code]) return this.say("down", halt[code]);
    // The first return is quick and mostly succeeds; only then is it worth a bar.
    this.say(this.tries === 0 && this.state === "live" ? "catching" : "down");
    if (never) return this.out();
    this.retry();
  }

  // out asks whether anybody is signed in: a refused connection does not tell a page why.
  async out() {
    let status = 0;
    try {
      status = (await fetch("/api/me", { signal: AbortSignal.timeout(patience), cache: "no-store" })).status;
    } catch {
      // not reached: try again later
    }
    if (this.state === "off" || this.ws) return;
    if (status === 401) return this.hears.signedOut();
    this.retry();
  }

  // retry waits longer each time, and never as long as the others wait.
  retry() {
    const wait = this.tries === 0 ? 300 * Math.random() : Math.min(longest, 250 * 2 ** this.tries) * (0.5 + Math.random() / 2);
    this.tries++;
    clearTimeout(this.again);
    this.again = setTimeout(() => this.open(), wait);
  }
}
