package server

import (
	"fmt"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// A person or program may ask for mostAsked at once, and again as much in mostAsked times askedEvery. What is dear to
// answer counts as dear. A connection has a smaller budget of its own (channels.Config.Cost).
const (
	mostAsked  = 600
	askedEvery = 10 * time.Millisecond
	mostPaced  = 20_000 // subjects of whom is known how much they asked lately
)

// unpaced are the commands that no budget ever holds up: with them a critical call is heard, read and answered, or a
// result comes in. What they cost is bounded by the calls there are, and by one command after another on a connection.
var unpaced = map[string]bool{
	wire.DoCall: true, wire.DoSeen: true, wire.DoDelivered: true, wire.DoReadBack: true, wire.DoEnd: true,
	wire.DoPIN: true, wire.DoLock: true, wire.DoUnlock: true, wire.DoHeldConfirm: true, wire.DoHeldRerun: true,
	wire.DoTake: true, wire.DoPassOn: true, wire.DoGlass: true, wire.DoTelephoneBegin: true, wire.DoTelephone: true,
	wire.DoTelephoneFail: true,
	"identify":           true, "result.report": true,
}

// dear are the commands whose answer grows with the laboratory, and how many others one counts as.
var dear = map[string]int{
	wire.DoFollow: 5, wire.DoCalls: 5, wire.DoPeople: 5, wire.DoRoster: 5, wire.DoLimits: 5, wire.DoTimes: 20,
	wire.DoStory: 5, wire.DoStatus: 5, wire.DoBoard: 5, wire.DoConsistency: 5, wire.DoPassword: 20, wire.DoAdmit: 20, wire.DoPINSet: 20,
}

// costs says what a command takes of a budget; 0: nothing, ever.
func costs(do string) int {
	if unpaced[do] {
		return 0
	}
	return max(1, dear[do])
}

// pace is how much each subject asked lately, as the instant at which its budget is full again. The zero pace is ready.
type pace struct {
	mu   sync.Mutex
	full map[string]time.Time
}

// take takes from a subject's budget, or says how long to wait.
func (p *pace) take(subject string, cost int, now time.Time) (wait time.Duration) {
	if cost == 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.full) >= mostPaced {
		p.full = nil
	}
	if p.full == nil {
		p.full = map[string]time.Time{}
	}
	full := p.full[subject]
	if full.Before(now) {
		full = now
	}
	full = full.Add(time.Duration(cost) * askedEvery)
	if wait = full.Sub(now) - mostAsked*askedEvery; wait > 0 {
		return wait
	}
	p.full[subject] = full
	return 0
}

// paced refuses a command of who asked for too much.
func (s *Server) paced(subject string, cost int) error {
	wait := s.pace.take(subject, cost, time.Now())
	if wait == 0 {
		return nil
	}
	s.stats.paced.Add(1)
	return tooMuch(wait)
}

// tooMuch is the refusal of who asked for too much.
func tooMuch(wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	return &wire.Refusal{
		Err: wire.ErrSlowDown, Facts: map[string]any{"seconds": seconds}, Say: "You asked for too much at once.",
		Do: fmt.Sprintf("Wait %d s, then try again. What answers a critical call is never held up.", seconds),
	}
}
