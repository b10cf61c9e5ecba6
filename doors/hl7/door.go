package hl7

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
)

// Reasons why a message waits in quarantine for a person. They are codes: they hold nothing of the message.
const (
	// ReasonNoHeader: the bytes hold no MSH segment.
	ReasonNoHeader = "no-header"
	// ReasonUnknownType: MSH-9 is missing, or names no message that this door understands.
	ReasonUnknownType = "unknown-type"
	// ReasonNoPatient: a message about where a patient is says not who.
	ReasonNoPatient = "no-patient"
	// ReasonNoResults: a result message that holds no result.
	ReasonNoResults = "no-results"
	// ReasonPanelWithdrawn: OBR-25 takes back a panel without listing its results, so none of them can be found.
	ReasonPanelWithdrawn = "panel-withdrawn"
	// ReasonControl: a result of a control or a calibrator (SPM-11), which is nobody's. Somebody enters it as the gate of
	// its instrument. It is grave where a patient is named beside it: one of the two is wrong.
	ReasonControl = "control-specimen"
	// ReasonContradiction: OBR-25 takes back a panel and OBX-11 gives its results.
	ReasonContradiction = "contradictory-status"
	// ReasonMerge: two records became one in a way that this door does not understand.
	ReasonMerge = "merge-not-understood"
	// ReasonUnframed: it stood outside a frame; perhaps it will come again in one.
	ReasonUnframed = "unframed"
	// ReasonTooMany: it tells more than MaxTold results and patients, which no one turn can decide in time.
	ReasonTooMany = "too-many"
	// ReasonTooLong: it is longer than a frame may be, and only its beginning was kept.
	ReasonTooLong = "too-long"
	// ReasonFault: this program failed on it. The log has more.
	ReasonFault = "fault"
)

// MaxTold is how many results and patients one message may tell together. The laboratory decides a message whole, and
// everybody else waits for that: a longer one would hold up every ladder, and come too late for its own time.
const MaxTold = 1000

// Door turns frames into records of the laboratory, and answers them. Every message that can be kept is filed or waits
// in quarantine for a person, byte for byte, and is answered AA or CA only when that is durable; AE or CE asks for it
// again; AR and CR are for what is no message. The same message again gives the same answer and changes nothing.
//
// What a result's PV1 says of the patient's place counts unless the hospital's own messages (ADT), or a person, said it.
//
// Its methods are safe for concurrent use.
type Door struct {
	lab  *lab.Lab
	ids  ids
	zone *time.Location
	log  *slog.Logger

	mu      sync.Mutex // guards what follows
	rand    io.Reader
	senders map[caller]*tally
	commas  map[string]bool // senders that wrote a decimal comma
	servers []*Server
}

// NewDoor returns a door into a laboratory. secret is the site's key, under which outside numbers become ids; all nodes
// of a site must have the same. zone is the site's, for times without one. rand draws references;
// nil: the system's.
func NewDoor(l *lab.Lab, secret []byte, zone *time.Location, rand io.Reader, log *slog.Logger) *Door {
	if zone == nil {
		zone = time.UTC
	}
	if rand == nil {
		rand = crand.Reader
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Door{lab: l, ids: ids(bytes.Clone(secret)), zone: zone, rand: rand, log: log}
}

// Handle takes the content of a whole frame and returns its answer, nil for none: a Server's Handler. The messages of a
// batch are taken one after another; its one answer names the first, and tells the worst of what became of them.
func (d *Door) Handle(ctx context.Context, peer Peer, raw []byte) []byte {
	var answers *Message
	var id string
	outcome := Kept
	for i, part := range Split(raw) {
		m, o := d.take(ctx, peer, part)
		if m != nil && answers == nil {
			answers = m
			id = d.messageID(m, part)
		}
		switch {
		case i == 0:
			outcome = o
		case o == NotNow || outcome == Kept:
			outcome = o
		}
	}
	if answers == nil {
		// Bytes without a header say not what answer they want.
		code, _ := codes(outcome)
		return Ack(nil, code, texts[outcome], d.ids.of("message", "", string(raw))[len("message/"):], d.lab.Now())
	}
	return answers.Reply(outcome, texts[outcome], id[len("message/"):], d.lab.Now())
}

// texts are what an answer says to the sender's log.
var texts = map[Outcome]string{
	NotNow: "could not be kept, send it again",
	Never:  "no HL7 message",
}

// take records one message. m is nil if the bytes are none.
func (d *Door) take(ctx context.Context, peer Peer, raw []byte) (m *Message, o Outcome) {
	m, err := Parse(raw)
	if err != nil {
		if len(bytes.TrimSpace(raw)) == 0 {
			d.count(peer, senderCode("", ""), nothing, wasRefused)
			return nil, Never
		}
		if !d.quarantine(ctx, peer, d.ids.of("message", "", string(raw)), ReasonNoHeader, raw) {
			return nil, NotNow
		}
		return nil, Never
	}
	r := d.read(m, raw)
	what, err := d.record(ctx, r)
	how := plainly
	if len(r.doubts) > 0 {
		how = wasDoubtful
	}
	d.count(peer, r.sender, what, how)
	if err != nil {
		d.log.Error("hl7: message not kept", "peer", peer.Name(), "sender", r.sender, "message", r.id, "error", err)
		return m, NotNow
	}
	return m, Kept
}

// Odd takes what came in no proper frame and may have been a message: a Server's Odd. A Loose one and the beginning of a
// Long one wait in quarantine. A Cut one was not acknowledged: its sender has it still, and sends it again.
func (d *Door) Odd(ctx context.Context, peer Peer, kind FrameKind, raw []byte) []byte {
	switch kind {
	case Loose:
		// Not under the message's own id: it may yet come in a frame, and then it is filed.
		d.quarantine(ctx, peer, d.ids.of("message", "odd", string(raw)), ReasonUnframed, raw)
	case Long:
		outcome := NotNow
		id := d.ids.of("message", "odd", string(raw))
		if d.quarantine(ctx, peer, id, ReasonTooLong, raw) {
			outcome = Never
		}
		code, _ := codes(outcome)
		m, err := Parse(raw)
		if err != nil {
			return Ack(nil, code, "too long", id[len("message/"):], d.lab.Now())
		}
		return m.Reply(outcome, "too long", id[len("message/"):], d.lab.Now())
	case Cut:
		d.log.Warn("hl7: message cut short", "peer", peer.Name(), "bytes", len(raw))
	case Whole:
	}
	return nil
}

// quarantine keeps bytes that are not understood, and tells whether it could.
func (d *Door) quarantine(ctx context.Context, peer Peer, id, reason string, raw []byte) bool {
	// Of what is too long the end is not known.
	grave := reason == ReasonTooLong || bytes.Contains(raw, []byte("OBX"))
	sender := senderCode("", "")
	if m, err := Parse(raw); err == nil {
		sender = m.Sender()
	}
	what, err := d.record(ctx, &reading{id: id, sender: sender, raw: raw, reason: reason, grave: grave})
	how := wasRefused
	if err != nil || reason == ReasonUnframed { // it is asked for again, or not answered
		how = plainly
	}
	d.count(peer, sender, what, how)
	if err != nil {
		d.log.Error("hl7: bytes not kept", "peer", peer.Name(), "message", id, "reason", reason, "error", err)
	}
	return err == nil
}

// record records what a message says, and tells what became of it. It is done when the ledger holds that message, now or
// from before.
func (d *Door) record(ctx context.Context, r *reading) (fate, error) {
	by := lab.Actor{By: "machine/hl7-" + r.sender, Via: "mllp"}
	key := lab.NewKey(by.By, r.id, []byte(r.id))
	for tries := 0; ; tries++ {
		refs, err := d.refs(r.results() + 4)
		if err != nil {
			return failed, err
		}
		var reason, fault string
		var done lab.Done
		done, err = d.lab.Record(ctx, by, key, func(s *lab.State, now time.Time) (evs []lab.Event, err error) {
			f := filing{ids: d.ids, zone: d.zone, reading: r, by: by.By, was: s, view: *s, now: now, refs: refs}
			evs, err = f.decide()
			reason, fault = f.quarantined, f.fault
			return evs, err
		}, d.beforehand(r)...)
		if errors.Is(err, critical.ErrNoRef) && tries < 8 {
			continue
		}
		if err == nil && reason != "" {
			d.log.Warn("hl7: message in quarantine", "sender", r.sender, "message", r.id, "reason", reason, "may_be_critical", r.grave)
			if fault != "" {
				d.log.Error("hl7: this program failed on a message", "message", r.id, "fault", fault)
			}
		}
		switch {
		case err != nil:
			return failed, fmt.Errorf("hl7: %w", err)
		case done.Repeat || len(done.Events) == 0:
			return repeated, nil
		case reason != "":
			return quarantined, nil
		}
		return filed, nil
	}
}

// refs draws n candidates for the references of new calls.
func (d *Door) refs(n int) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return lab.References(d.rand, n)
}
