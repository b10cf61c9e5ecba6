package wire

import (
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
)

// Names of commands. Each has a body of the type that its comment names, and an answer.
const (
	DoFollow       = "follow"         // FollowBody → Start; websocket only
	DoCalls        = "calls"          // CallsBody → Calls
	DoCall         = "call"           // CallBody → Call
	DoSeen         = "seen"           // SeenBody → Recorded
	DoReadBack     = "read-back"      // ReadBackBody → ReadBack, or the problem "mismatch"
	DoEnd          = "end"            // EndBody → Recorded
	DoSettle       = "work.settle"    // SettleBody → Recorded
	DoReceipt      = "receipt"        // ReceiptBody → ledger.Receipt
	DoConsistency  = "consistency"    // ConsistencyBody → Consistency
	DoPeople       = "people"         // no body → People
	DoAdmit        = "admit"          // AdmitBody → Admitted
	DoChange       = "change"         // ChangeBody → Recorded
	DoDisable      = "disable"        // DisableBody → Recorded
	DoPassword     = "password"       // PasswordBody → Recorded
	DoLimits       = "limits"         // no body → Limits
	DoLimitsDraft  = "limits.draft"   // DraftBody → Recorded
	DoLimitsAppr   = "limits.approve" // ApproveBody → Recorded
	DoLimitsMap    = "limits.map"     // MapBody → Meant
	DoRoster       = "roster"         // RosterBody → Roster
	DoRosterPub    = "roster.publish" // roster.Published → Recorded
	DoRosterCover  = "roster.cover"   // roster.Covered → Recorded
	DoTokenMint    = "token.mint"     // MintBody → Minted
	DoTokenRevoke  = "token.revoke"   // RevokeBody → Recorded
	DoSessionsEnd  = "sessions.end"   // SessionsEndBody → Recorded
	DoSessionsList = "sessions"       // SessionsBody → Sessions
)

// FollowBody asks for entries after a place. Without a place the client starts at the head.
type FollowBody struct {
	After *ledger.Seq `json:"after,omitempty"`
	Epoch int         `json:"epoch,omitempty"` // of the last Start
}

// CallsBody asks for the open calls that this person may see, and the finished ones of the last hours.
type CallsBody struct {
	Hours int `json:"hours,omitempty"` // 0: none; at most 48
}

// CallBody names a call by its id or, while it is open, by its reference.
type CallBody struct {
	Call string `json:"call"`
}

// SeenBody says that this person has opened a version of a call.
type SeenBody struct {
	Call    string `json:"call"`
	Version int    `json:"version"`
}

// ReadBackBody is a read-back: each value as typed, by its result's id, and the last four letters or digits of the
// first identifier.
type ReadBackBody struct {
	Call    string            `json:"call"`
	Version int               `json:"version"`
	Values  map[string]string `json:"values"`
	Tail    string            `json:"tail"`
	Entered string            `json:"entered,omitempty"` // "keyed", "keypad" or "spoken", as the client claims
	Locale  string            `json:"locale,omitempty"`  // BCP 47, for the decimal mark: "en-GB", "de"
	Glass   *BreakGlass       `json:"glass,omitempty"`   // of who was not called and is not on its unit or post
}

// ReadBack is the answer to a read-back that matched: the call is closed, and its owner has it.
type ReadBack struct {
	Call   string     `json:"call"`
	Ref    string     `json:"ref,omitempty"`
	Seq    ledger.Seq `json:"seq"` // the entry critical.read-back; ask for its receipt
	Last   ledger.Seq `json:"last"`
	At     time.Time  `json:"at,omitzero"`
	Owner  Name       `json:"owner"`
	Repeat bool       `json:"repeat,omitempty"` // the command came before; this is its first answer
}

// Differs is one field of a read-back that differs, in the facts of the problem "mismatch": never the true value.
type Differs struct {
	Field string `json:"field"` // of the body: "values.result/…" or "tail"
	Part  string `json:"part"`  // "value", "unit" or "identifier"
	Label string `json:"label,omitempty"`
	Typed string `json:"typed"`
}

// EndBody ends a call without a read-back, by a director's decision.
type EndBody struct {
	Call    string `json:"call"`
	Version int    `json:"version"`
	Reason  string `json:"reason"` // a code: "patient-died", "told-in-person", "test-result", …
	Note    string `json:"note,omitempty"`
}

// SettleBody settles a work item.
type SettleBody struct {
	Work string `json:"work"`
	How  string `json:"how"` // a code
	Note string `json:"note,omitempty"`
}

// ReceiptBody asks for the proof that an entry stands in the ledger: one entry by its place, or the one by which a call
// was conveyed, or else ended. Exactly one is given.
type ReceiptBody struct {
	Seq  ledger.Seq `json:"seq,omitempty"`
	Call string     `json:"call,omitempty"` // id
}

// ConsistencyBody asks for the proof that the ledger still begins with what it was at a size.
type ConsistencyBody struct {
	From int64 `json:"from"`
}

// Consistency proves that the ledger at Checkpoint only adds to what it was at size From (RFC 6962 §2.1.2).
type Consistency struct {
	From       int64    `json:"from"`
	Checkpoint string   `json:"checkpoint"` // signed note
	Proof      []string `json:"proof"`      // base64 hashes
	Key        string   `json:"key"`        // the key that signed it, as this node says
}

// Recorded is the answer to a command that only records.
type Recorded struct {
	First  ledger.Seq `json:"first,omitempty"` // 0: there was nothing to record
	Last   ledger.Seq `json:"last,omitempty"`
	At     time.Time  `json:"at,omitzero"` // missing with Repeat
	Repeat bool       `json:"repeat,omitempty"`
}

// People is everyone who is or was admitted.
type People struct {
	People    []roster.Person `json:"people"`
	Receiving []string        `json:"receiving"` // professions that may receive a read-back
	Connected Connected       `json:"connected"`
}

// AdmitBody admits a person. An id that is not given is made.
type AdmitBody struct {
	Person   roster.Person `json:"person"`
	Password string        `json:"password"`
}

// Admitted is the answer to admit.
type Admitted struct {
	Recorded
	ID string `json:"id"`
}

// ChangeBody says who a person is now: all of it.
type ChangeBody struct {
	Person roster.Person `json:"person"`
}

// DisableBody ends a person's rights at once; the person stays in the ledger.
type DisableBody struct {
	Person string `json:"person"`
}

// PasswordBody sets a new password and ends the person's other sessions. Without a person it is one's own, and the old
// one is needed; an administrator sets another person's.
type PasswordBody struct {
	Person string `json:"person,omitempty"`
	Old    string `json:"old,omitempty"`
	New    string `json:"new"`
}

// Limits lists the limit sets that were drafted, and which are in force.
type Limits struct {
	Sets   []LimitSet                     `json:"sets"`
	Active map[string][]critical.Approval `json:"active"` // by setting; "" for all that have none of their own
	Codes  int                            `json:"codes"`  // mapped codes
}

// LimitSet is one version of a limit set.
type LimitSet struct {
	critical.Set
	Faults []critical.Fault `json:"faults,omitempty"`
}

// DraftBody drafts a version of a limit set; it is not in force.
type DraftBody struct {
	Set critical.Set `json:"set"`
}

// ApproveBody puts a version of a limit set in force for a setting.
type ApproveBody struct {
	Limits    string    `json:"limits"`
	Version   string    `json:"version"`
	Setting   string    `json:"setting,omitempty"`
	Effective time.Time `json:"effective,omitzero"` // missing or past: now
}

// MapBody says what a sender's code means.
type MapBody struct {
	Sender string `json:"sender,omitempty"` // empty: for all
	System string `json:"system,omitempty"`
	Code   string `json:"code"`
	critical.Test
}

// Roster is who is on duty, and the ladders.
type Roster struct {
	Now     time.Time       `json:"now"`
	At      time.Time       `json:"at"` // when Duty is, now unless asked
	Posts   []roster.Post   `json:"posts"`
	Shifts  []roster.Shift  `json:"shifts"`
	Ladders []roster.Ladder `json:"ladders,omitempty"`
	Duty    []Duty          `json:"duty"`
	Covers  []Cover         `json:"covers"` // offered, accepted and in force, as recorded
	Staff   []Colleague     `json:"staff"`  // everyone whose badge is valid, by name

	Until    time.Time        `json:"until,omitzero"` // rosters are published up to then without a break
	Concerns []roster.Concern `json:"concerns"`       // of the next 14 days
	Told     []roster.Gap     `json:"told,omitempty"` // holes of which those who plan were told
}

// Duty is one person on duty.
type Duty struct {
	Post  string    `json:"post"`
	Who   Name      `json:"who"`
	Rank  int       `json:"rank,omitempty"`
	Why   string    `json:"why"`
	Until time.Time `json:"until"` // then the shift ends, or a cover of it begins or ends
}

// MintBody makes a token for a program.
type MintBody struct {
	Machine string `json:"machine"` // "machine/board-1"
	Days    int    `json:"days"`
}

// Minted is a new token. It is shown once.
type Minted struct {
	Token string    `json:"token"`
	ID    string    `json:"id"`
	Until time.Time `json:"until"`
}

// RevokeBody takes a token back.
type RevokeBody struct {
	ID string `json:"id"`
}

// SignInBody is the body of POST /api/sign-in.
type SignInBody struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Device   bool   `json:"device,omitempty"` // a device that rings while nobody is signed in on it: bare frames only
}

// SetupBody is the body of POST /api/setup: it admits the first administrator.
type SetupBody struct {
	Token    string `json:"token"`
	Login    string `json:"login"`
	Name     string `json:"name"`
	Password string `json:"password"`
}

// SignedIn answers POST /api/sign-in and GET /api/me.
type SignedIn struct {
	Me   Me     `json:"me"`
	Site string `json:"site"`
	Node string `json:"node"`
	Zone string `json:"zone"`
	PIN  bool   `json:"pin,omitempty"` // the person has one

	// Unlock is for the command unlock, where the browser holds a locked device of this person.
	Unlock string `json:"unlock,omitempty"`
}
