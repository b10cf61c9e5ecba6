package wire

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// Protocol is the websocket subprotocol's name. docs/protocol.md describes it.
const Protocol = "readback.v1"

// HeartbeatEvery is how often a server sends a Beat; after two missed ones a client is not connected.
const HeartbeatEvery = 5 * time.Second

// Limits of what a client sends.
const (
	MaxMessage = 64 << 10 // bytes of one websocket message, and of a body over HTTP but for the two below
	MaxBody    = 4 << 20  // bytes of a roster or limit set over HTTP
	MaxNesting = 32       // objects and arrays within each other
)

// MaxSockets is how many connections one person or machine may have at once, on one node.
const MaxSockets = 20

// Close codes. 4000 to 4099 mean "come back", 4400 to 4499 "do not come back as you are".
const (
	CloseGoElsewhere = 4001 // this node is stopping, cut from the ledger or too old for it: connect again, to another node if there is one
	CloseSlow        = 4008 // the client answered no ping or did not read: connect again and resume
	CloseLost        = 4009 // this node found that it had not sent an entry, which is a bug: connect again and resume
	CloseBadFrame    = 4400 // the client sent what is no command
	CloseSignedOut   = 4401 // the session is over: ask GET /api/me; if nobody is signed in, sign in again
	CloseTooMany     = 4429 // too many connections of one person
)

// Start tells a client where it is. It answers follow, and comes again by itself when the person's channels change:
// then what the client holds is replaced by it.
type Start struct {
	Head     ledger.Seq `json:"head"`           // the ledger's head when Calls was made
	After    ledger.Seq `json:"after"`          // entries go on after this place, with this as the first prev
	Epoch    int        `json:"epoch"`          // for the next follow
	Over     string     `json:"over,omitempty"` // why the client starts over and not where it asked: see the Over constants
	Now      time.Time  `json:"now"`            // ledger time
	Site     string     `json:"site"`
	Node     string     `json:"node"`
	Zone     string     `json:"zone"` // IANA, for showing times
	Me       Me         `json:"me"`
	Channels []string   `json:"channels"`
	Calls    []Call     `json:"calls"`           // open calls that this person may see, oldest first
	Work     []Work     `json:"work,omitempty"`  // open work items, for the laboratory
	Held     []Held     `json:"held,omitempty"`  // results that the bench looks at first, for the laboratory
	Bells    []Bare     `json:"bells,omitempty"` // for a bare connection, instead of Calls: the open calls that call this person
}

// Why a client starts over.
const (
	OverFirst  = "first"  // it gave no place
	OverBeyond = "beyond" // its place is after the ledger's head: the ledger was restored
	OverEpoch  = "epoch"  // its place is of another epoch of the ledger
	OverRights = "rights" // what this person may see has changed
)

// FullFrame returns an entry as a signed-in client gets it: its leaf with prev before it, so that a gap is seen and the
// leaf's bytes can be proved, and what it seals after it.
func FullFrame(prev ledger.Seq, e *ledger.Entry) []byte {
	return AppendFullRest(AppendPrev(make([]byte, 0, FullRest(e)+30), prev), e)
}

const prevMark, sealMark = `{"prev":`, `,"enclosure":[`

// AppendPrev appends the beginning of a frame, which differs from viewer to viewer.
func AppendPrev(b []byte, prev ledger.Seq) []byte {
	return strconv.AppendInt(append(b, prevMark...), int64(prev), 10)
}

// PrevSize returns how many bytes AppendPrev appends.
func PrevSize(prev ledger.Seq) int {
	n := len(prevMark) + 1
	for ; prev > 9; prev /= 10 {
		n++
	}
	return n
}

// FullRest returns how many bytes AppendFullRest appends.
func FullRest(e *ledger.Entry) int {
	n := len(",") + len(e.Leaf) - len("{}") + len(sealMark) + len("]}")
	for i, c := range e.Enclosures {
		n += min(i, 1)
		if c.Erased {
			n += len("null")
		} else {
			n += len(c.Data)
		}
	}
	return n
}

// AppendFullRest appends what comes after AppendPrev in a full frame: it is the same for every viewer.
func AppendFullRest(b []byte, e *ledger.Entry) []byte {
	b = append(b, ',')
	b = append(b, e.Leaf[1:len(e.Leaf)-1]...)
	b = append(b, sealMark...)
	for i, c := range e.Enclosures {
		if i > 0 {
			b = append(b, ',')
		}
		if c.Erased {
			b = append(b, "null"...)
			continue
		}
		b = append(b, c.Data...)
	}
	return append(b, "]}"...)
}

// AppendBareRest appends what comes after AppendPrev in a bare frame.
func AppendBareRest(b []byte, f Bare) ([]byte, error) {
	f.Prev = 0
	text, err := json.Marshal(f)
	if err != nil {
		return b, err //nolint:wrapcheck // a time that JSON cannot write
	}
	return append(b, text[PrevSize(0):]...), nil
}

// Bare is an entry as a device gets it whose person is not signed in: no test, no patient, only that something waits.
type Bare struct {
	Prev ledger.Seq `json:"prev"`
	Seq  ledger.Seq `json:"seq"`
	At   time.Time  `json:"at"`
	Call string     `json:"call,omitempty"` // the reference that people speak, "7QK2M9"
	Due  *time.Time `json:"due,omitempty"`  // when the next step fires; missing: the call is over
}

// Frame is any frame from the server, as a client reads it. Exactly one of Beat, Re, Start and Seq is set, but that the
// answer to follow has Re and Start.
type Frame struct {
	Prev      ledger.Seq        `json:"prev"`
	Seq       ledger.Seq        `json:"seq"`
	At        string            `json:"at"`
	By        string            `json:"by"`
	Kind      string            `json:"kind"`
	About     []string          `json:"about"`
	Body      json.RawMessage   `json:"body"`
	Enclosure []json.RawMessage `json:"enclosure"`

	Call string     `json:"call"` // of a bare frame
	Due  *time.Time `json:"due"`  // of a bare frame

	Beat  *Beat  `json:"beat"`
	Start *Start `json:"start"`

	Re    string          `json:"re"`
	OK    json.RawMessage `json:"ok"`
	Error *Problem        `json:"error"`
}

// Leaf returns the entry's bytes out of a full frame, as they are hashed and proved; ok is false for any other frame.
func Leaf(frame []byte) (leaf []byte, ok bool) {
	const head, tail = prevMark, sealMark
	if len(frame) < len(head) || string(frame[:len(head)]) != head {
		return nil, false
	}
	i := len(head)
	for i < len(frame) && frame[i] >= '0' && frame[i] <= '9' {
		i++
	}
	if i == len(frame) || frame[i] != ',' {
		return nil, false
	}
	// A leaf ends where its enclosures begin: the first place outside of any string. Braces are counted, since a body
	// may have a field of that name.
	depth, text := 0, false
	for j := i + 1; j < len(frame); j++ {
		switch c := frame[j]; {
		case text && c == '\\':
			j++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ',' && depth == 0 && len(frame)-j >= len(tail) && string(frame[j:j+len(tail)]) == tail:
			return append(append([]byte{'{'}, frame[i+1:j]...), '}'), true
		}
	}
	return nil, false
}

// Beat is the heartbeat. It is computed from the ledger and not from what was sent, so that a gap is seen.
type Beat struct {
	Head ledger.Seq `json:"head"` // the ledger's head, as far as this node has read it
	Last ledger.Seq `json:"last"` // the newest entry up to Head that this client may see; 0: none since the node started
	Now  time.Time  `json:"now"`  // ledger time
	Age  int64      `json:"age"`  // milliseconds since this node last knew that it had everything in the ledger
}

// Command is what a client asks, by websocket or as POST /api/do/{do}.
type Command struct {
	ID   string          `json:"id,omitempty"`  // for the answer's re; websocket only
	Do   string          `json:"do"`            // its name, see the Do constants
	Key  string          `json:"key,omitempty"` // idempotency key of a command that records
	Body json.RawMessage `json:"body,omitempty"`
}

// Answer is the answer to a Command.
type Answer struct {
	Re    string   `json:"re,omitempty"`
	OK    any      `json:"ok,omitempty"`
	Start *Start   `json:"start,omitempty"` // of follow
	Error *Problem `json:"error,omitempty"`
}
