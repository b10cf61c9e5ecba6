// What the server says, for the checker alone (docs/protocol.md has it for people). Times are RFC 3339 texts.

interface Name { id: string; name?: string; title?: string }
interface Me extends Name { role?: string; receives?: boolean; machine?: boolean; bare?: boolean; fresh?: string; until?: string; session?: string; idle?: number }
interface SignedIn { me: Me; site: string; node: string; zone: string; pin?: boolean; unlock?: string }
interface Held { call: string; ref: string; reason: string; tier: string; unit?: string; patient: Patient; results: Result[]; owner: Name; rerun?: boolean; since: string; until: string }
interface Reach extends Name { delivered?: boolean; device?: boolean; missed?: string; at: string }
interface Patient { identified: boolean; identifiers?: string[]; name?: string; born?: string; sex?: string }
interface Result {
  id: string; label?: string; loinc?: string; value?: string; unit?: string; range?: string; flag?: string; why?: string; status?: string;
  outcome: string; tier?: string; rule?: string; accession?: string; taken?: string; resulted?: string; words?: string[]; choose?: string[]; note?: string;
}
interface Rung { attempt: number; ask: string; to?: Name[]; desk?: boolean; version?: number; at: string; why: string; reach?: Reach[] }
interface Next { ask: string; to?: Name[]; desk?: boolean; at: string }
interface Look { by: Name; version: number; at: string }
interface May { readBack?: boolean; why?: string; called?: boolean; end?: boolean; take?: boolean; act?: boolean; callMe?: boolean; passOn?: boolean; telephone?: boolean; glass?: boolean; whyNot?: Record<string, string> }
interface Taken { by: Name; how: string; n: number; at: string; until: string; phone?: string }
interface Moment { at: string; what: string; by?: Name; to?: Name[]; desk?: boolean; code?: string; why?: string; n?: number }
interface Waits { for?: Name[]; what: string; by?: Name; until: string }
interface DeskTask { why: string; for?: Name; phone?: string; since: string; again: string }
interface Call {
  id: string; ref: string; version: number; standing: string; tier: string; unit?: string; unitNow?: string; corrects?: string; patient: Patient;
  results: Result[]; rungs: Rung[]; next?: Next; seen?: Look[]; mismatches?: number; opened: string; breach?: string; finished?: string;
  outcome?: string; owner?: Name; waits?: Waits; taken?: Taken; task?: DeskTask; timeline?: Moment[]; may: May;
}
interface Work {
  id: string; reason: string; sender?: string; system?: string; code?: string; message?: string; waiting?: number; critical?: boolean; owner: Name;
  opened: string; due: string; rungs?: Rung[]; [more: string]: any;
}
interface Bell { call?: string; due?: string; seq?: number }
interface Calls { head: number; now: string; calls?: Call[]; finished?: Call[]; work?: Work[]; held?: Held[]; bells?: Bell[]; alone?: number }
interface Start { head: number; after: number; epoch: number; over?: string; now: string; site: string; node: string; zone: string; me: Me; calls?: Call[]; work?: Work[]; held?: Held[]; bells?: Bell[] }
interface Beat { head: number; last: number; now: string; age: number }
interface Entry { prev: number; seq: number; at: string; kind?: string; about?: string[]; call?: string; due?: string }
interface Differs { field: string; part: string; label?: string; typed: string }
interface Problem { code: string; say: string; do?: string; field?: string; facts?: any; ref?: string }
interface Recorded { first?: number; last?: number; at?: string; repeat?: boolean }
interface ReadBackDone { call: string; ref?: string; seq: number; last: number; at: string; owner: Name; repeat?: boolean }
interface Draft {
  call: Call; values: Record<string, string>; tail: string; entered: string; phase: string; key: string; field: string; say: string;
  facts: { fields?: Differs[]; n?: number; desk?: boolean; by?: Name } | null; done: ReadBackDone | null;
}
interface Duty { post: string; who: Name; rank?: number; why: string; until?: string }
interface Post { id: string; name: string; unit?: string; chief?: string; phone?: string }
interface Shift { id: string; post: string; person: string; rank?: number; from: string; to: string }
interface Ladder { unit: string; service?: string; tier?: string; steps: { ask: string; rank?: number; wait?: number }[]; desk?: number; director?: number; breach?: number }
interface Roster { now: string; posts: Post[]; shifts: Shift[]; ladders?: Ladder[]; duty: Duty[]; [more: string]: any }
interface Connected { people?: Record<string, number>; whole: boolean }
interface Person { id: string; login?: string; name: string; title?: string; role: string; receives?: boolean; units?: string[]; sections?: string[]; codes?: string[]; from?: string; until?: string; posts?: string[]; disabled?: boolean; phone?: string }
interface Bound { value: string; inclusive?: boolean }
interface LimitRow { loinc: string; analyte: string; unit: string; specimen?: string; setting?: string; condition?: string; sex?: string; ageMinDays?: number; ageMaxDays?: number; low?: Bound; high?: Bound; tier: string; note?: string; [more: string]: any }
interface LimitSet { id: string; name: string; source: string; address: string; version: string; rows: LimitRow[]; faults?: { row?: number; key?: string; fault: string; remedy: string }[]; [more: string]: any }

interface Navigator { standalone?: boolean }

interface Span { start: string; end: string }
interface Item { instrument: string; demand?: number }
interface Gate { instrument: string; assay?: string; name: string; failed?: boolean; due?: string; evidence?: string; state: string }
interface Incident extends Span { id: string; instrument: string; assays?: string[]; severity: string; planned?: boolean; by?: string }
interface Instrument {
  id: string; name: string; section?: string; zone: string; shared?: boolean; capacity?: number; warmup?: number; cleanup?: number; group?: string; assays?: string[]; status?: string;
  gates: Gate[]; use?: { booking?: string; operator: Name; start: string }; left?: { from: Name; at: string; text: string }; incidents?: Incident[];
}
interface Booked extends Span {
  id: string; version: number; series?: string; n?: number; items: Item[]; purpose: string; owner: string; by: string; assays?: string[]; standing: string; yields?: string; until?: string;
  for?: Booked; incident?: string; used?: string; answered?: string; who: Name;
}
interface Want extends Span { id: string; person: string; any: string[]; minutes: number; purpose: string; offered?: string; who: Name }
interface Board { head: number; now: string; instruments: Instrument[]; bookings: Booked[]; waiting?: Want[] }
interface Obstacle { rule: string; say: string; instrument?: string; assay?: string; blocks?: string[]; pass?: boolean; passed?: boolean }
interface Offer extends Span { items: Item[] }
interface Tried { problems: Obstacle[]; free?: Offer[]; equal?: Offer[] }
interface Plan { id?: string; version?: number; instrument: string; start: number; end: number; purpose: string; assays: string[]; demand?: number; owner?: string; keys?: boolean }
