package wire

import (
	"errors"
	"net/http"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/equipment"
)

// Errors of the line itself.
var (
	// ErrBad: a command or body cannot be read.
	ErrBad = errors.New("the request cannot be read")
	// ErrTooLarge: a message is longer than MaxMessage, or a body longer than its command takes.
	ErrTooLarge = errors.New("the request is too large")
	// ErrNoCommand: there is no command of that name.
	ErrNoCommand = errors.New("there is no such command")
	// ErrNotFound: there is no such thing, or not for this person.
	ErrNotFound = errors.New("there is no such thing here")
	// ErrSignIn: nobody is signed in.
	ErrSignIn = errors.New("nobody is signed in")
	// ErrWrongSignIn: name or password is wrong.
	ErrWrongSignIn = errors.New("name or password is wrong")
	// ErrWrongPIN: the PIN is wrong.
	ErrWrongPIN = errors.New("the PIN is wrong")
	// ErrPINLocked: the PIN was wrong too often.
	ErrPINLocked = errors.New("the PIN is locked")
	// ErrNoPIN: the person has no PIN.
	ErrNoPIN = errors.New("there is no PIN")
	// ErrToken: the bearer token is refused.
	ErrToken = errors.New("the token is refused")
	// ErrForbidden: this person may not do that.
	ErrForbidden = errors.New("not allowed for this person")
	// ErrDevice: a connection that gets bare frames only may not do that.
	ErrDevice = errors.New("not allowed without a signed-in person")
	// ErrOrigin: a browser page of another origin asked.
	ErrOrigin = errors.New("another origin asked")
	// ErrInsecure: the connection is neither encrypted nor local.
	ErrInsecure = errors.New("the connection is not encrypted")
	// ErrSlowDown: too many attempts.
	ErrSlowDown = errors.New("too many attempts")
	// ErrCrowded: too many connections.
	ErrCrowded = errors.New("too many connections")
	// ErrBehind: this node does not know whether it has everything in the ledger.
	ErrBehind = errors.New("this node may be behind the ledger")
	// ErrMismatch: a read-back differs from what was told. It was recorded, and the call stays open.
	ErrMismatch = errors.New("the read-back differs")
	// ErrPatient: a number is nobody's whom the laboratory knows, or several patients'.
	ErrPatient = errors.New("no one patient has this number")
	// ErrExists: what was to be made is there already.
	ErrExists = errors.New("it exists already")
	// ErrSetUp: the first administrator was admitted already, or the setup link is not the right one any more.
	ErrSetUp = errors.New("there is nothing to set up")
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
var table = []row{
	{ErrBad, "bad-request", http.StatusBadRequest, "The request cannot be read.", "Check it against the protocol."},
	{ErrTooLarge, "too-large", http.StatusRequestEntityTooLarge, "The request is too large.", "Send less at once."},
	{ErrNoCommand, "no-such-command", http.StatusNotFound, "There is no such command.", "Check its name against the protocol."},
	{ErrNotFound, "not-found", http.StatusNotFound, "There is no such thing here.", "It may be over, or not yours to see."},
	{ErrSignIn, "signed-out", http.StatusUnauthorized, "You are not signed in.", "Sign in and try again."},
	{ErrWrongSignIn, "wrong-sign-in", http.StatusUnauthorized, "The name or the password is wrong.", "Try again, or ask an administrator."},
	{ErrWrongPIN, "wrong-pin", http.StatusForbidden, "The PIN is wrong.", "Try again; after five wrong ones in a row it is locked."},
	{ErrPINLocked, "pin-locked", http.StatusLocked, "The PIN was wrong too often and is locked.", "Sign in with your password: that frees it."},
	{ErrNoPIN, "no-pin", http.StatusConflict, "You have no PIN.", "Sign in with your password, or set a PIN."},
	{ErrToken, "token-refused", http.StatusUnauthorized, "The token is not accepted.", "Get another token."},
	{ErrForbidden, "not-yours", http.StatusForbidden, "You may not do this.", "Ask someone whose role allows it."},
	{ErrDevice, "sign-in-first", http.StatusForbidden, "This device is known, but nobody is signed in on it.", "Sign in and try again."},
	{ErrOrigin, "foreign-origin", http.StatusForbidden, "The request came from a page of another origin.", "Use Readback's own address."},
	{ErrInsecure, "not-encrypted", http.StatusForbidden, "This connection is not encrypted.", "Use https, or the machine's own loopback address."},
	{ErrSlowDown, "slow-down", http.StatusTooManyRequests, "There were too many attempts.", "Wait a minute, then try again."},
	{ErrCrowded, "crowded", http.StatusServiceUnavailable, "There are too many connections.", "Wait a little, then try again."},
	{ErrBehind, "behind", http.StatusServiceUnavailable, "This node does not know whether it has everything in the ledger.", "Use another node; look at this one's database."},
	{ErrMismatch, "mismatch", http.StatusConflict, "What you read back differs from what was told.", "Look at the result again and read back what it says."},
	{ErrPatient, "unknown-patient", http.StatusNotFound, "Nobody here has this number.", "Check it; of a new patient give the name, too."},
	{ErrExists, "exists", http.StatusConflict, "It exists already.", "Choose another name."},
	{ErrSetUp, "nothing-to-set-up", http.StatusGone, "This setup link is over.", "Sign in, or start Readback again to get another link while nobody is admitted."},

	{critical.ErrUnknown, "unknown-call", http.StatusNotFound, "There is no such open call.", "It may be closed, or not yours to see."},
	{critical.ErrClosed, "closed", http.StatusConflict, "This call was already answered.", "Nothing is left to do."},
	{critical.ErrStale, "stale", http.StatusConflict, "The result has changed since you looked.", "Look at the call again and read back what it says now."},
	{critical.ErrMayNot, "not-yours", http.StatusForbidden, "You cannot do this with this call.", "Someone who was called, or is on its unit or post now, can."},
	{critical.ErrTaken, "taken", http.StatusConflict, "Someone else has taken this call.", "You can read it back all the same, or wait."},
	{critical.ErrNoAttempt, "unknown-attempt", http.StatusNotFound, "You have no such attempt by telephone in hand.", "Begin one."},
	{critical.ErrFullName, "full-name", http.StatusBadRequest, "A first name alone does not say who was told.", "Ask for first and last name."},
	{critical.ErrOccurred, "not-then", http.StatusBadRequest, "It cannot have happened at that time.", "Give a time after the result and not in the future."},
	{critical.ErrMissing, "missing", http.StatusBadRequest, "Something to be read back was left out.", "Type every value and the last four characters of the first identifier."},
	{critical.ErrSeparator, "separator", http.StatusBadRequest, "The number may have a thousands separator, which could be read in two ways.", "Type it without one, with the decimal mark of your locale."},
	{critical.ErrRange, "too-many-digits", http.StatusBadRequest, "The number has too many digits.", "Type the value as it is shown."},
	{critical.ErrUnreadable, "unreadable", http.StatusBadRequest, "What you typed is no value.", "Type the number, and its unit if you like."},
	{critical.ErrUnidentified, "unidentified", http.StatusConflict, "The patient of this call is not identified, so it cannot be read back by typing.", "Telephone the laboratory and name the accession number."},
	{critical.ErrNotHeld, "not-held", http.StatusNotFound, "No result waits for the bench under this id.", "It may have been called already: look at the open calls."},
	{critical.ErrIdentified, "identified", http.StatusConflict, "The patient of this call is identified already.", "A correction or a merge must come from the sender."},
	{critical.ErrNoWork, "unknown-work", http.StatusNotFound, "There is no such open work item.", "Someone may have settled it."},
	{critical.ErrUntil, "not-until", http.StatusBadRequest, "It must end after now, and not so late.", "Choose another time."},
	{critical.ErrNoExemption, "unknown-exemption", http.StatusNotFound, "There is no such exemption in force.", "It may have ended: list them."},
	{critical.ErrStill, "still-quarantined", http.StatusConflict, "The message is still not understood.", "Settle it by hand, or try again after an upgrade."},
	{critical.ErrOvertaken, "overtaken", http.StatusConflict, "Something newer came since of what the message tells.", "Look at both, then settle it by hand."},
	{critical.ErrNoReason, "no-reason", http.StatusBadRequest, "A reason is needed.", "Give one."},
	{critical.ErrNoSet, "unknown-limits", http.StatusNotFound, "There is no such version of a limit set.", "List the sets and choose one."},
	{critical.ErrInUse, "limits-in-use", http.StatusConflict, "This version of the set was approved and cannot change any more.", "Give it a new version."},
	{critical.ErrFaulty, "limits-faulty", http.StatusUnprocessableEntity, "The limit set has faults.", "Correct the set and draft it anew."},
	{critical.ErrMapping, "bad-mapping", http.StatusBadRequest, "A mapping needs a code, a valid LOINC code and a known unit or none.", "Check the three."},
	{errFaults, "faults", http.StatusUnprocessableEntity, "It has faults.", "Correct them and try again."},

	{equipment.ErrUnknown, "unknown-booking", http.StatusNotFound, "There is no such booking, instrument, incident or wait.", "Look at the board."},
	{equipment.ErrOver, "over", http.StatusConflict, "This booking is over.", "Look at the board."},
	{equipment.ErrStale, "stale", http.StatusConflict, "The booking has changed since you looked.", "Look at it as it is now, then ask again."},
	{equipment.ErrNotYours, "not-yours", http.StatusForbidden, "The booking is another person's.", "Its owner, who placed it, or a supervisor can."},
	{equipment.ErrState, "not-now", http.StatusConflict, "This cannot be done where the booking or the instrument stands now.", "Look at the board."},
	{equipment.ErrMismatch, "mismatch", http.StatusConflict, "What you read back is not the instrument that is asked for.", "Look again and type its name."},
	{equipment.ErrRefused, "refused", http.StatusUnprocessableEntity, "A rule is in the way.", "Take one of the places that are offered, or ask a supervisor."},

	{ledger.ErrKeyReused, "key-reused", http.StatusConflict, "The idempotency key was used for something else.", "Use a fresh key."},
	{ledger.ErrFull, "full", http.StatusInsufficientStorage, "The disk is full; this was not recorded.", "Calls and read-backs still work. Tell the administrator."},
	{ledger.ErrMoved, "moved-on", http.StatusConflict, "Something else came first.", "Try again."},
	{ledger.ErrDoubt, "in-doubt", http.StatusServiceUnavailable, "It is not known whether this was recorded.", "Send it again with the same key."},
	{ledger.ErrStopped, "stopping", http.StatusServiceUnavailable, "This node is stopping.", "Try again; another node or a new start will answer."},
	{ledger.ErrStandby, "standby", http.StatusServiceUnavailable, "The database takes no writes.", "Use the telephone; tell the administrator."},
	{ledger.ErrNewer, "newer-ledger", http.StatusServiceUnavailable, "This node is older than the ledger.", "Use another node; this one must be upgraded."},
	{ledger.ErrBroken, "broken", http.StatusServiceUnavailable, "The disk failed; nothing can be recorded.", "Use the telephone; tell the administrator."},
	{ledger.ErrDamaged, "damaged", http.StatusServiceUnavailable, "The ledger is damaged; nothing is decided on it.", "Use the telephone; tell the administrator to run readback verify."},
	{ledger.ErrReceipt, "no-receipt", http.StatusNotFound, "There is no receipt for this.", "Check the entry's place."},
}

// errFaults stands in the table for roster.CheckError, which is no sentinel.
var errFaults = errors.New("it has faults")

// mayNot has the words for each reason of a critical.MayNotError.
var mayNot = map[string][2]string{
	"machine":       {"A machine cannot read back.", "A person must sign in."},
	"not-fresh":     {"You signed in more than 30 minutes ago.", "Give your PIN or sign in again, then read back."},
	"not-called":    {"This call does not call you.", "Only a screen of someone who was called confirms it."},
	"badge":         {"Your badge is not valid now.", "Ask an administrator to renew it; someone else must read back."},
	"role":          {"Your role does not receive read-backs.", "A physician, nurse, midwife or pharmacist must read back."},
	"reporter":      {"You reported this result, so you cannot read it back.", "Someone else must."},
	"not-yours":     {"You were not called, and are not on this call's unit or post now.", "Someone who was called, or is on its unit or post, can."},
	"telephones":    {"You telephoned about this call, so you cannot read it back.", "Who was reached by telephone, or someone else, must."},
	"renewed":       {"You have taken this call twice already.", "Read it back, or pass it on."},
	"passed":        {"Who passed a call on is not asked again.", "Name someone else, or nobody: then the ladder asks the next one."},
	"desk":          {"The laboratory's desk cannot pass a call on.", "Telephone."},
	"receiver":      {"Who telephones cannot be the one who is told.", "Name who repeated the values."},
	"receiver-role": {"This role cannot be told a critical result.", "Ask for a physician, nurse, midwife or pharmacist."},
}
