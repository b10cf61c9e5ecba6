package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/critical"
)

// narrate follows the laboratory as its desk does, and tells what happens to calls: names of staff, units, references.
func narrate(ctx context.Context, c Config) error {
	cl, err := c.insist(ctx, desk)
	if err != nil {
		return err
	}
	t := &teller{zone: c.Zone, calls: map[string]told{}}
	for e, err := range cl.Follow(ctx, client.Now) {
		if err != nil {
			return fmt.Errorf("%s: %w", desk, err)
		}
		if e.Start != nil {
			for _, call := range e.Start.Calls {
				t.calls[call.ID] = told{call.Ref, call.Opened}
			}
			continue
		}
		if line := t.tell(e); line != "" {
			c.Log(line)
		}
	}
	return nil
}

// teller knows the references of the open calls.
type teller struct {
	zone  *time.Location
	calls map[string]told
}

type told struct {
	ref    string
	opened time.Time
}

// tell is the line for an entry, or "".
func (t *teller) tell(e client.Entry) string {
	ev, err := e.Event()
	if err != nil {
		return ""
	}
	who := nameOf(e.By)
	switch ev := ev.(type) {
	case *critical.Opened:
		t.calls[ev.Call] = told{ev.Ref, e.At}
		var tests []string
		for _, r := range ev.Results {
			tests = append(tests, r.Label)
		}
		unit := ev.Unit
		if unit == "" {
			unit = "an unknown unit"
		}
		return fmt.Sprintf("call %s opened: %s, %s", ev.Ref, strings.Join(tests, " and "), unit)
	case *critical.Called:
		return t.called(ev)
	case *critical.Escalated:
		if ev.Call != "" {
			return fmt.Sprintf("call %s skips a step: %s", t.calls[ev.Call].ref, ev.Why)
		}
	case *critical.Seen:
		return fmt.Sprintf("%s looks at call %s", who, t.calls[ev.Call].ref)
	case *critical.Mismatched:
		return fmt.Sprintf("%s reads call %s back wrongly; it stays open", who, t.calls[ev.Call].ref)
	case *critical.Closed:
		was := t.calls[ev.Call]
		delete(t.calls, ev.Call)
		return fmt.Sprintf("call %s closed: read back by %s, %d s after it opened", ev.Ref, nameOf(ev.Owner), int(e.At.Sub(was.opened).Seconds()))
	case *critical.Ended:
		delete(t.calls, ev.Call)
		return fmt.Sprintf("call %s ended by %s: %s", ev.Ref, nameOf(ev.Owner), ev.Reason)
	case *critical.Quarantined:
		return "a message waits in quarantine: " + ev.Reason
	}
	return ""
}

func (t *teller) called(ev *critical.Called) string {
	var names []string
	for _, id := range ev.To {
		names = append(names, nameOf(id))
	}
	what := "call " + t.calls[ev.Call].ref
	if ev.Call == "" {
		what = "a task of the laboratory"
	}
	to := strings.Join(names, ", ")
	if ev.Desk {
		to = "the desk (" + to + ")"
	}
	return fmt.Sprintf("%s rings %s; next step at %s", what, to, ev.Due.In(t.zone).Format("15:04:05"))
}
