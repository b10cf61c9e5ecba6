package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
)

// Event is a thing that can happen in a laboratory.
type Event interface {
	// Kind returns the event's kind, "room.past-participle".
	Kind() string
	// About returns its subjects, one to four, the main one first.
	About() []string
	// Enclosure returns a pointer to what must be sealed, or nil. Everything that identifies or describes a patient is
	// there; the event's own JSON does not hold it.
	Enclosure() any
}

// ErrKind is returned for a kind that this version does not know: the entry can be shown, nothing may be decided on it.
var ErrKind = errors.New("unknown kind of event")

// New returns an empty event of a kind, or nil for an unknown kind.
func New(kind string) Event {
	switch kind {
	case "ledger.opened":
		return new(Opened)
	case "ledger.format-raised":
		return new(FormatRaised)
	case "ledger.clock-stepped":
		return new(ClockStepped)
	case "ledger.erased":
		return new(Erased)
	case "ledger.epoch-began":
		return new(EpochBegan)
	}
	if ev := critical.New(kind); ev != nil {
		return ev
	}
	if ev := patient.New(kind); ev != nil {
		return ev
	}
	if ev := roster.New(kind); ev != nil {
		return ev
	}
	if ev := equipment.New(kind); ev != nil {
		return ev
	}
	if ev := session.New(kind); ev != nil {
		return ev
	}
	return nil
}

// Decode returns the event that an entry holds, with what its enclosure holds if that is there.
func Decode(e *ledger.Entry) (Event, error) {
	ev := New(e.Kind)
	if ev == nil {
		return nil, fmt.Errorf("%w: %s in entry %d", ErrKind, e.Kind, e.Seq)
	}
	if err := json.Unmarshal(e.Body, ev); err != nil {
		return nil, fmt.Errorf("entry %d: %s: %w", e.Seq, e.Kind, err)
	}
	if sealed := ev.Enclosure(); sealed != nil && len(e.Enclosures) > 0 && !e.Enclosures[0].Erased {
		if err := json.Unmarshal(e.Enclosures[0].Data, sealed); err != nil {
			return nil, fmt.Errorf("entry %d: enclosure: %w", e.Seq, err)
		}
	}
	return ev, nil
}

// Encode returns an event's body and, unless it seals nothing, its enclosure: JSON without spaces.
func Encode(ev Event) (body, enclosure []byte, err error) {
	if body, err = compact(ev); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", ev.Kind(), err)
	}
	if sealed := ev.Enclosure(); sealed != nil {
		if enclosure, err = compact(sealed); err != nil {
			return nil, nil, fmt.Errorf("%s: enclosure: %w", ev.Kind(), err)
		}
	}
	return body, enclosure, nil
}

// compact returns v as JSON, not escaped for HTML, without a newline.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
