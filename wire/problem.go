package wire

import (
	"errors"
	"net/http"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
)

// Problem is an error as it crosses the line: a word for programs, sentences for people, and the facts they need.
type Problem struct {
	Code  string         `json:"code"`
	Say   string         `json:"say"`             // what cannot be, and why
	Do    string         `json:"do,omitempty"`    // what to do
	Field string         `json:"field,omitempty"` // which field of the body is meant
	Facts map[string]any `json:"facts,omitempty"`
	Ref   string         `json:"ref,omitempty"` // reference into the server's log, for internal errors
}

// Error implements error.
func (p *Problem) Error() string {
	if p.Do == "" {
		return p.Say
	}
	return p.Say + " " + p.Do
}

// Errors of the line itself.
var (
	// ErrBad: a command or body cannot be read.
	ErrBad = errors.New("the request cannot be read")
	// ErrNotFound: there is no such thing, or not for this person.
	ErrNotFound = errors.New("there is no such thing here")
	// ErrSignIn: nobody is signed in.
	ErrSignIn = errors.New("nobody is signed in")
	// ErrWrongSignIn: name or password is wrong.
	ErrWrongSignIn = errors.New("name or password is wrong")
	// ErrForbidden: this person may not do that.
	ErrForbidden = errors.New("not allowed for this person")
	// ErrSlowDown: too many attempts.
	ErrSlowDown = errors.New("too many attempts")
)

// row is one line of the table of errors.
type row struct {
	err    error
	code   string
	status int
	say    string
	do     string
}

// table is the one table of errors: every code that a client can meet, in the order in which an error is looked up.
func table() []row {
	return []row{
		{ErrBad, "bad-request", http.StatusBadRequest, "The request cannot be read.", "Check it against the protocol."},
		{ErrNotFound, "not-found", http.StatusNotFound, "There is no such thing here.", "It may be over, or not yours to see."},
		{ErrSignIn, "signed-out", http.StatusUnauthorized, "You are not signed in.", "Sign in and try again."},
		{ErrWrongSignIn, "wrong-sign-in", http.StatusUnauthorized, "The name or the password is wrong.", "Try again, or ask an administrator."},
		{ErrForbidden, "not-yours", http.StatusForbidden, "You may not do this.", "Ask someone whose role allows it."},
		{ErrSlowDown, "slow-down", http.StatusTooManyRequests, "There were too many attempts.", "Wait a minute, then try again."},
		{critical.ErrUnknown, "unknown-call", http.StatusNotFound, "There is no such open call.", "It may be closed, or not yours to see."},
		{critical.ErrClosed, "closed", http.StatusConflict, "This call was already read back.", "Nothing is left to do."},
		{critical.ErrStale, "stale", http.StatusConflict, "The result has changed since you looked.", "Look at the call again and read back what it says now."},
		{critical.ErrMayNot, "not-yours", http.StatusForbidden, "You cannot read back this call.", "Someone who was called, or is on its unit or post now, can."},
		{ledger.ErrKeyReused, "key-reused", http.StatusConflict, "The idempotency key was used for something else.", "Use a fresh key."},
		{ledger.ErrFull, "full", http.StatusInsufficientStorage, "The disk is full; this was not recorded.", "Calls and read-backs still work. Tell the administrator."},
		{ledger.ErrMoved, "moved-on", http.StatusConflict, "Something else came first.", "Try again."},
		{ledger.ErrDoubt, "in-doubt", http.StatusServiceUnavailable, "It is not known whether this was recorded.", "Send it again with the same key."},
		{ledger.ErrStopped, "stopping", http.StatusServiceUnavailable, "This node is stopping.", "Try again; another node or a new start will answer."},
		{ledger.ErrStandby, "standby", http.StatusServiceUnavailable, "The database takes no writes.", "Use the telephone; tell the administrator."},
		{ledger.ErrNewer, "newer-ledger", http.StatusServiceUnavailable, "This node is older than the ledger.", "Use another node; this one must be upgraded."},
		{ledger.ErrBroken, "broken", http.StatusServiceUnavailable, "The disk failed; nothing can be recorded.", "Use the telephone; tell the administrator."},
		{ledger.ErrDamaged, "damaged", http.StatusServiceUnavailable, "The ledger is damaged; nothing is decided on it.", "Use the telephone; tell the administrator to run readback verify."},
	}
}

// ProblemOf returns an error as it crosses the line, and its HTTP status. Known sentinels have their row; a *Problem
// inside the error keeps its own words and facts; everything else is internal, and ok is false: the caller logs it
// under a reference.
func ProblemOf(err error) (p *Problem, status int, ok bool) {
	for _, r := range table() {
		if errors.Is(err, r.err) {
			p = &Problem{Code: r.code, Say: r.say, Do: r.do}
			var own *Refusal
			if errors.As(err, &own) {
				p.Field, p.Facts = own.Field, own.Facts
				if own.Say != "" {
					p.Say = own.Say
				}
				if own.Do != "" {
					p.Do = own.Do
				}
			}
			return p, r.status, true
		}
	}
	return &Problem{Code: "internal", Say: "Internal error.", Do: "Try again; if it stays, tell the administrator the reference."}, http.StatusInternalServerError, false
}

// Refusal is a sentinel with the words and facts of the case.
type Refusal struct {
	Err   error // a sentinel of the table
	Say   string
	Do    string
	Field string
	Facts map[string]any
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Say != "" {
		return r.Say
	}
	return r.Err.Error()
}

// Unwrap returns the sentinel.
func (r *Refusal) Unwrap() error { return r.Err }

// Bad returns a refusal of a field of a request: which one, what is wrong with it, and what to do.
func Bad(field, say, do string) error {
	return &Refusal{Err: ErrBad, Field: field, Say: say, Do: do}
}
