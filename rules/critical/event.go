package critical

import "time"

// Event is something that happened to results, calls, work items or limits.
// Its fields are the body of an entry; Enclosure points to what is sealed
// apart from it, or is nil.
type Event interface {
	Kind() string    // such as "critical.reported"
	About() []string // one to four subjects, the main one first
	Enclosure() any
}

// Mark is where an event stands in the ledger.
type Mark struct {
	Seq int64
	At  time.Time
	By  string // person/…, machine/… or clock
}

// New is an empty event of a kind, to decode a body into and an enclosure
// into its Enclosure(); nil for kinds of other rooms.
func New(kind string) Event {
	switch kind {
	case "message.filed":
		return new(Filed)
	case "message.quarantined":
		return new(Quarantined)
	case "message.resolved":
		return new(Resolved)
	case "limits.drafted":
		return new(Drafted)
	case "limits.approved":
		return new(Approved)
	case "limits.retired":
		return new(Retired)
	case "limits.mapped":
		return new(Mapped)
	case "limits.spelled":
		return new(Spelled)
	case "critical.reported":
		return new(Reported)
	case "critical.held":
		return new(Held)
	case "critical.rerun":
		return new(RerunBegun)
	case "critical.released":
		return new(Released)
	case "critical.opened":
		return new(Opened)
	case "critical.called":
		return new(Called)
	case "critical.escalated":
		return new(Escalated)
	case "critical.delivered":
		return new(Delivered)
	case "critical.missed":
		return new(Missed)
	case "critical.seen":
		return new(Seen)
	case "critical.mismatched":
		return new(Mismatched)
	case "critical.read-back":
		return new(ReadBack)
	case "critical.corrected":
		return new(Corrected)
	case "critical.suppressed":
		return new(Suppressed)
	case "critical.exempted":
		return new(Exempted)
	case "critical.rearmed":
		return new(Rearmed)
	case "critical.raised":
		return new(Raised)
	case "critical.taken":
		return new(Taken)
	case "critical.passed-on":
		return new(PassedOn)
	case "critical.attempted":
		return new(Attempted)
	case "critical.telephoned":
		return new(Telephoned)
	case "critical.attempt-failed":
		return new(AttemptFailed)
	case "record.looked-at":
		return new(LookedAt)
	case "critical.identified":
		return new(Identified)
	case "critical.said-told":
		return new(SaidTold)
	case "critical.noticed":
		return new(Noticed)
	case "critical.closed":
		return new(Closed)
	case "critical.ended":
		return new(Ended)
	}
	return nil
}

// about gives the subjects that are there, each once, at most four.
func about(ids ...string) []string {
	out := make([]string, 0, 4)
next:
	for _, id := range ids {
		for _, o := range out {
			if o == id {
				continue next
			}
		}
		if id != "" && len(out) < 4 {
			out = append(out, id)
		}
	}
	return out
}

// stamp is a time as entries carry it: UTC, whole microseconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
