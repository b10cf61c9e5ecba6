package wire

import "time"

// Format is the newest ledger format that this program writes and understands. It rises when a field would change how
// an older entry is folded; a node writes only what `ledger.format-raised` allows.
const Format = 1

// Opened is the first entry of every ledger.
type Opened struct {
	Site   string `json:"site"`
	Zone   string `json:"zone"`   // IANA, "Europe/Berlin"
	Format int    `json:"format"` // see Format
	Key    string `json:"key"`    // public half of the checkpoint key, a note verifier key
}

// FormatRaised says that from here on entries of a newer format may stand in the ledger.
type FormatRaised struct {
	Format int `json:"format"`
}

// ClockStepped says that the store's clock was found away from where it should have been.
// A backward step is absorbed: ledger time goes on without it. A forward step is believed.
type ClockStepped struct {
	Step  int64  `json:"step"`  // microseconds, negative for backward
	Was   string `json:"was"`   // "absorbed" or "believed"
	Found string `json:"found"` // "running" or "at start"
}

// Erased says that the enclosures of entries were removed. Followers forget them too.
type Erased struct {
	Entries []int64 `json:"entries"` // places
	Why     string  `json:"why"`     // code
}

// EpochBegan says that the ledger goes on after a restore or a failover, from what it was.
type EpochBegan struct {
	Epoch int    `json:"epoch"`
	Size  int64  `json:"size"` // entries known before
	Root  string `json:"root"` // base64, at that size
	Why   string `json:"why"`  // "restored", "failover"
}

// Kind implements Event.
func (*Opened) Kind() string { return "ledger.opened" }

// Kind implements Event.
func (*FormatRaised) Kind() string { return "ledger.format-raised" }

// Kind implements Event.
func (*ClockStepped) Kind() string { return "ledger.clock-stepped" }

// Kind implements Event.
func (*Erased) Kind() string { return "ledger.erased" }

// Kind implements Event.
func (*EpochBegan) Kind() string { return "ledger.epoch-began" }

// About implements Event.
func (*Opened) About() []string { return []string{"ledger"} }

// About implements Event.
func (*FormatRaised) About() []string { return []string{"ledger"} }

// About implements Event.
func (*ClockStepped) About() []string { return []string{"ledger"} }

// About implements Event.
func (*Erased) About() []string { return []string{"ledger"} }

// About implements Event.
func (*EpochBegan) About() []string { return []string{"ledger"} }

// Enclosure implements Event.
func (*Opened) Enclosure() any { return nil }

// Enclosure implements Event.
func (*FormatRaised) Enclosure() any { return nil }

// Enclosure implements Event.
func (*ClockStepped) Enclosure() any { return nil }

// Enclosure implements Event.
func (*Erased) Enclosure() any { return nil }

// Enclosure implements Event.
func (*EpochBegan) Enclosure() any { return nil }

// Micro is how times of events are kept: UTC, whole microseconds.
func Micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
