package wire

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// Protocol is the websocket subprotocol's name.
const Protocol = "readback.v1"

// HeartbeatEvery is how often a server sends a Beat; after two missed ones a client is not connected.
const HeartbeatEvery = 5 * time.Second

// Limits of one connection.
const (
	MaxMessage = 64 << 10 // bytes of one message from a client
)

// Close codes. 4000 to 4099 mean "come back", 4400 to 4499 "do not come back as you are".
const (
	CloseGoElsewhere = 4001 // this node cannot serve now: connect again, to another node if there is one
	CloseSlow        = 4008 // the client did not read: connect again and resume
	CloseBadFrame    = 4400 // the client sent what is no command
	CloseSignedOut   = 4401 // the session is over: sign in again
	CloseTooMany     = 4429 // too many connections of one person
)

// FullFrame returns an entry as a signed-in client gets it: its leaf with prev before it, so that a gap is seen and the
// leaf's bytes can be proved, and what it seals after it.
func FullFrame(prev ledger.Seq, e *ledger.Entry) []byte {
	n := len(e.Leaf) + 40
	for _, c := range e.Enclosures {
		n += len(c.Data) + len(c.Salt)*2 + 24
	}
	b := append(make([]byte, 0, n), `{"prev":`...)
	b = strconv.AppendInt(b, int64(prev), 10)
	b = append(b, ',')
	b = append(b, e.Leaf[1:len(e.Leaf)-1]...)
	b = append(b, `,"enclosure":[`...)
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

// Bare is an entry as a device gets it whose person is not signed in: no test, no patient, only that something waits.
type Bare struct {
	Prev ledger.Seq `json:"prev"`
	Seq  ledger.Seq `json:"seq"`
	At   time.Time  `json:"at"`
	Call string     `json:"call,omitempty"` // the reference that people speak, "7QK2M9"
	Due  *time.Time `json:"due,omitempty"`
}

// Frame is any frame from the server, as a client reads it. Exactly one of Beat, Re and Seq is set.
type Frame struct {
	Prev      ledger.Seq        `json:"prev"`
	Seq       ledger.Seq        `json:"seq"`
	At        string            `json:"at"`
	By        string            `json:"by"`
	Kind      string            `json:"kind"`
	About     []string          `json:"about"`
	Body      json.RawMessage   `json:"body"`
	Enclosure []json.RawMessage `json:"enclosure"`

	Beat *Beat `json:"beat"`

	Re    string          `json:"re"`
	OK    json.RawMessage `json:"ok"`
	Error *Problem        `json:"error"`
}

// Beat is the heartbeat. It is computed from the ledger and not from what was sent, so that a gap is seen.
type Beat struct {
	Head ledger.Seq `json:"head"` // the ledger's head
	Last ledger.Seq `json:"last"` // the newest entry that this client may see
	Now  time.Time  `json:"now"`  // ledger time
	Age  int64      `json:"age"`  // milliseconds since this node last heard from the ledger's store
}

// Command is what a client asks, by websocket or as POST /api/do/{do}.
type Command struct {
	ID   string          `json:"id,omitempty"`  // for the answer's re; websocket only
	Do   string          `json:"do"`            //
	Key  string          `json:"key,omitempty"` // idempotency key of a command that records
	Body json.RawMessage `json:"body,omitempty"`
}

// Answer is the answer to a Command.
type Answer struct {
	Re    string   `json:"re,omitempty"`
	OK    any      `json:"ok,omitempty"`
	Error *Problem `json:"error,omitempty"`
}
