package wire

import (
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// DoStatus asks how this node and what it stands on are.
const DoStatus = "status" // no body → Status

// Status is how a node is. It holds no patient data.
type Status struct {
	Now     time.Time `json:"now"`
	Site    string    `json:"site"`
	Node    string    `json:"node"`
	Version string    `json:"version,omitempty"`
	Since   time.Time `json:"since,omitzero"` // when this node started
	Ready   bool      `json:"ready"`
	Why     string    `json:"why,omitempty"` // why it is not ready
	Do      string    `json:"do,omitempty"`

	Ledger   LedgerStatus    `json:"ledger"`
	Promise  []Finding       `json:"promise"` // whether acknowledged means on disk here, and what else doctor looks at
	Disk     *DiskStatus     `json:"disk,omitempty"`
	Clock    ClockStatus     `json:"clock"`
	Calls    CallsStatus     `json:"calls"`
	Holes    []Hole          `json:"holes,omitempty"`  // posts that nobody covers within the next 24 hours, by time
	Faults   []string        `json:"faults,omitempty"` // invariants that do not hold: a bug
	Screens  ScreensStatus   `json:"screens"`
	Nodes    *NodesStatus    `json:"nodes,omitempty"` // missing: this is the only one
	Senders  []SenderStatus  `json:"senders,omitempty"`
	Backup   *BackupStatus   `json:"backup,omitempty"` // missing: none is known of
	Downtime *DowntimeStatus `json:"downtime,omitempty"`
	Audit    *AuditStatus    `json:"audit,omitempty"`
}

// LedgerStatus is how far the ledger is, and what this node knows of it.
type LedgerStatus struct {
	Head       ledger.Seq `json:"head"`
	Age        float64    `json:"age"` // seconds since the node last knew that it has everything
	Full       bool       `json:"full,omitempty"`
	Shared     bool       `json:"shared,omitempty"` // other nodes may write too
	Epoch      int        `json:"epoch,omitempty"`
	Checkpoint int64      `json:"checkpoint"`        // entries that the newest signed checkpoint covers
	Signed     time.Time  `json:"signed,omitzero"`   // when this node last signed; missing: not since its start
	Unsigned   int64      `json:"unsigned"`          // entries after the checkpoint
	Lost       int64      `json:"lost,omitempty"`    // appends that another node was faster with
	Doubts     int64      `json:"doubts,omitempty"`  // appends whose answer was lost and settled
	Entries    int64      `json:"entries,omitempty"` // written by this node since its start
}

// Finding is one thing that was looked at.
type Finding struct {
	OK   bool   `json:"ok"`
	Note bool   `json:"note,omitempty"` // worth knowing; no promise depends on it
	What string `json:"what"`
	Do   string `json:"do,omitempty"`
}

// DiskStatus is the disk under the ledger.
type DiskStatus struct {
	Free    int64 `json:"free"`    // bytes
	Size    int64 `json:"size"`    // bytes
	Reserve int64 `json:"reserve"` // bytes kept for a full disk; 0: they are in use, or were never there
}

// ClockStatus is the ledger's clock.
type ClockStatus struct {
	Off  float64 `json:"off"`            // seconds that the store's clock was away from what was expected, at the last answer
	Step float64 `json:"step,omitempty"` // the last step of more than 2 s, seconds; negative: back
	Late float64 `json:"late"`           // the greatest lateness of anything due since the start, seconds
}

// CallsStatus is what is unfinished.
type CallsStatus struct {
	Open   int        `json:"open"`
	Work   int        `json:"work"`
	Late   int        `json:"late"`  // open calls past their target
	Alone  int        `json:"alone"` // open calls none of whose people is connected to this node
	Oldest *OldCall   `json:"oldest,omitempty"`
	Due    *time.Time `json:"due,omitempty"` // when something falls due next
}

// OldCall is the open call that waits longest.
type OldCall struct {
	Ref    string    `json:"ref"`
	Unit   string    `json:"unit,omitempty"`
	Tier   string    `json:"tier"`
	Opened time.Time `json:"opened"`
}

// Hole is a time in which nobody is on duty at a post.
type Hole struct {
	Post Name      `json:"post"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// ScreensStatus is who is connected to this node.
type ScreensStatus struct {
	Open    int   `json:"open"`
	Refused int64 `json:"refused,omitempty"` // for their number
	Slow    int64 `json:"slow,omitempty"`    // cut because they did not read
	Silent  int64 `json:"silent,omitempty"`  // closed without a sign of life
}

// SenderStatus is one system that sends messages to this node, from one address, since the node started.
type SenderStatus struct {
	Name        string    `json:"name"` // its code; empty for an address from which no message came yet
	Peer        string    `json:"peer"` // the address, or the name in its certificate
	Since       time.Time `json:"since,omitzero"`
	Last        time.Time `json:"last,omitzero"` // when its last message was kept, or could not be
	Filed       int64     `json:"filed"`
	Quarantined int64     `json:"quarantined"`
	Repeats     int64     `json:"repeats"`
	Doubtful    int64     `json:"doubtful,omitempty"` // filed, though not written as they say: character set, delimiters, stray lines
	Failed      int64     `json:"failed,omitempty"`   // could not be kept, and were asked for again
	Refused     int64     `json:"refused,omitempty"`  // no messages, or too long
	Broken      int64     `json:"broken,omitempty"`   // what came in no proper frame
	ByHour      [24]int64 `json:"byHour"`             // messages by the clock's hours; the last is the hour of asking
	Open        int       `json:"open"`               // connections from its address
	Waiting     int       `json:"waiting,omitempty"`  // bytes of messages without an end
	Waits       float64   `json:"waits,omitempty"`    // seconds that the oldest of them waits
}

// BackupStatus is the last backup that was made of this directory.
type BackupStatus struct {
	At      time.Time `json:"at"`
	Entries int64     `json:"entries"`
	Missing int64     `json:"missing"` // entries that it does not have
}

// DowntimeStatus is the file of open calls for when nothing else works.
type DowntimeStatus struct {
	At  time.Time `json:"at,omitzero"`   // as of when it is
	Why string    `json:"why,omitempty"` // why it is not written now
}

// AuditStatus is how far the tables of notification times are.
type AuditStatus struct {
	Seq    ledger.Seq `json:"seq"`
	Behind int64      `json:"behind"`
	Why    string     `json:"why,omitempty"` // why it does not go on
}
