package hl7

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Sender is what a door knows of one sender at one address since the program started. It holds counts and codes, and
// nothing of a message: a status page may show it to everybody who is signed in.
//
// Name and the counts of messages are the sender's. The last block is of the address, and the same for all senders that
// share it (an interface engine); it stands in a row without a name where nobody at the address has sent a message yet.
type Sender struct {
	// Name is the sender's code, of MSH-3 and MSH-4; see Message.Sender. Bytes without a header are "unnamed".
	Name string
	// Peer is the address, or the name in its certificate.
	Peer string
	// Since is when counting began: when this sender was first heard here.
	Since time.Time
	// Last is when its last message was kept, or could not be. Since and Last are ledger time, UTC.
	Last time.Time
	// Filed and Quarantined count messages kept for the first time, Repeats those that the ledger had already.
	Filed, Quarantined, Repeats int64
	// Failed counts messages that could not be kept and were asked for again (AE, CE), Refused what is no message and what
	// is too long (AR, CR); what of both could be kept counts as Quarantined too.
	Failed, Refused int64
	// Doubtful counts filed messages that could not be read as they say they are written: a character set that is unknown
	// or another, broken delimiters, lines that are no segments. Who runs the sender should know.
	Doubtful int64
	// ByHour counts all messages, repeats too, by the clock's hours: the hour of asking is the last, 23 hours before it
	// the first.
	ByHour [24]int64

	// Connections is how many are open from this address.
	Connections int
	// Waiting is how many bytes have come of frames without an end, and Waits for how long the oldest has been open. A
	// sender that forgets the end of its frames shows here: "812 bytes waiting 14 s".
	Waiting int
	Waits   time.Duration
	// Loose, Cut and Long count what may have been messages and came in no proper frame; Garbage is how many bytes stood
	// outside frames.
	Loose, Cut, Long, Garbage int64
}

// fate is what became of a message, for its sender's row.
type fate uint8

const (
	nothing fate = iota
	filed
	quarantined
	repeated
	failed
)

// remark is what else there is to count about a message.
type remark uint8

const (
	plainly remark = iota
	wasDoubtful
	wasRefused
)

// caller is who sends, from where.
type caller struct{ name, peer string }

// tally counts for one caller; guarded by Door.mu.
type tally struct {
	Sender

	hour int64 // since 1970, of the last element of ByHour
}

// maxSenders bounds how many callers are remembered. Anybody may write any name into MSH-3: beyond, the one that was
// silent longest is forgotten.
const maxSenders = 1024

// count notes the fate of a message.
func (d *Door) count(peer Peer, sender string, what fate, how remark) {
	now := d.lab.Now().UTC()
	d.mu.Lock()
	defer d.mu.Unlock()
	key := caller{sender, peer.Name()}
	t := d.senders[key]
	if t == nil {
		if len(d.senders) >= maxSenders {
			d.forgetOldest()
		}
		if d.senders == nil {
			d.senders = map[caller]*tally{}
		}
		t = &tally{Sender: Sender{Name: sender, Peer: peer.Name(), Since: now}, hour: hourOf(now)}
		d.senders[key] = t
	}
	t.Last = now
	switch what {
	case filed:
		t.Filed++
	case quarantined:
		t.Quarantined++
	case repeated:
		t.Repeats++
	case failed:
		t.Failed++
	case nothing:
	}
	switch {
	case how == wasRefused:
		t.Refused++
	case how == wasDoubtful && what == filed:
		t.Doubtful++
	}
	t.roll(hourOf(now))
	t.ByHour[len(t.ByHour)-1]++
}

// forgetOldest drops the caller that was silent longest. It costs O(callers), and is asked for by a new one only.
func (d *Door) forgetOldest() {
	oldest := slices.MinFunc(slices.Collect(maps.Keys(d.senders)), func(a, b caller) int {
		return d.senders[a].Last.Compare(d.senders[b].Last)
	})
	delete(d.senders, oldest)
}

func hourOf(t time.Time) int64 { return t.Unix() / int64(time.Hour/time.Second) }

// roll makes hour the last of ByHour. Ledger time never falls.
func (t *tally) roll(hour int64) {
	by := min(max(hour-t.hour, 0), int64(len(t.ByHour)))
	copy(t.ByHour[:], t.ByHour[by:])
	clear(t.ByHour[int64(len(t.ByHour))-by:])
	t.hour += max(hour-t.hour, 0)
}

// Server returns a Server that hands what comes to the door. Its other fields are the caller's to set before Serve.
// Senders tells of its connections.
func (d *Door) Server() *Server {
	s := &Server{Handler: d.Handle, Odd: d.Odd, Log: d.log, Now: d.lab.Now}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.servers = append(d.servers, s)
	return s
}

// Senders returns what is known of every sender, at most 1,024 of them and as many addresses, sorted by name and then by
// address. It is of this node alone and begins anew when the program starts.
func (d *Door) Senders() []Sender {
	now := d.lab.Now().UTC()
	d.mu.Lock()
	servers := slices.Clone(d.servers)
	out := make([]Sender, 0, len(d.senders))
	for _, t := range d.senders {
		then := *t
		then.roll(hourOf(now))
		out = append(out, then.Sender)
	}
	d.mu.Unlock()

	for _, s := range servers {
		peers, _ := s.Stats()
		for _, p := range peers {
			out = p.onto(out, now)
		}
	}
	slices.SortFunc(out, func(a, b Sender) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Peer, b.Peer))
	})
	return out
}

// onto adds what is known of an address to the rows of its senders, or to a row without a name.
func (p PeerStats) onto(rows []Sender, now time.Time) []Sender {
	met := false
	for i := range rows {
		if rows[i].Peer == p.Peer {
			p.addTo(&rows[i], now)
			met = true
		}
	}
	if !met {
		nameless := Sender{Peer: p.Peer, Since: p.Since.UTC()}
		p.addTo(&nameless, now)
		rows = append(rows, nameless)
	}
	return rows
}

func (p PeerStats) addTo(s *Sender, now time.Time) {
	s.Connections += p.Connections
	s.Waiting += p.Waiting
	if p.Waiting > 0 {
		s.Waits = max(s.Waits, now.Sub(p.WaitingSince))
	}
	s.Loose += p.Loose
	s.Cut += p.Cut
	s.Long += p.Long
	s.Garbage += p.Garbage
}
