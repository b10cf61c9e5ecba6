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
		unit := ev.Unit
		if unit == "" {
			unit = "an unknown unit"
		}
		if ev.Corrects != "" {
			return fmt.Sprintf("call %s opened, to correct one that is closed: %s, %s", ev.Ref, labels(ev.Results), unit)
		}
		if ev.Release != "" {
			return fmt.Sprintf("call %s opened, %s by the bench: %s, %s", ev.Ref, words(ev.Release), labels(ev.Results), unit)
		}
		return fmt.Sprintf("call %s opened: %s, %s", ev.Ref, labels(ev.Results), unit)
	case *critical.Called:
		return t.called(ev)
	case *critical.Escalated:
		if ev.Call != "" {
			return fmt.Sprintf("call %s skips a step: %s", t.calls[ev.Call].ref, ev.Why)
		}
	case *critical.Seen:
		return fmt.Sprintf("%s looks at call %s", who, t.calls[ev.Call].ref)
	case *critical.Closed:
		was := t.calls[ev.Call]
		delete(t.calls, ev.Call)
		how := "read back by " + nameOf(ev.Owner)
		if ev.Outcome == "telephoned" {
			how = "told by telephone to " + receiver(ev.Owner)
		}
		return fmt.Sprintf("call %s closed: %s, %d s after it opened", ev.Ref, how, int(e.At.Sub(was.opened).Seconds()))
	case *critical.Ended:
		delete(t.calls, ev.Call)
		return fmt.Sprintf("call %s ended by %s: %s", ev.Ref, nameOf(ev.Owner), ev.Reason)
	case *critical.Quarantined:
		return "a message waits in quarantine: " + words(ev.Reason)
	}
	if line := t.answered(who, ev); line != "" {
		return line
	}
	return changed(ev)
}

// answered is the line for an answer other than a read-back, or "".
func (t *teller) answered(who string, ev any) string {
	switch ev := ev.(type) {
	case *critical.Taken:
		switch ev.How {
		case "call-me":
			return fmt.Sprintf("%s takes call %s and asks to be telephoned", who, ev.Ref)
		case "act":
			return fmt.Sprintf("%s takes call %s: not hers or his, but acts", who, ev.Ref)
		}
		return fmt.Sprintf("%s takes call %s", who, ev.Ref)
	case *critical.PassedOn:
		return fmt.Sprintf("%s passes call %s on: %s", who, ev.Ref, words(ev.Reason))
	case *critical.Attempted:
		if ev.Via != "telephone" {
			return ""
		}
		return fmt.Sprintf("%s telephones %s about call %s", who, receiver(ev.To), t.calls[ev.Call].ref)
	case *critical.AttemptFailed:
		return fmt.Sprintf("the telephone call of %s about call %s came to nothing: %s", who, ev.Ref, words(ev.Difficulty))
	case *critical.Mismatched:
		if ev.Phone > 0 {
			return fmt.Sprintf("%s hears call %s repeated wrongly; it stays open", who, t.calls[ev.Call].ref)
		}
		return fmt.Sprintf("%s reads call %s back wrongly; it stays open", who, t.calls[ev.Call].ref)
	}
	return ""
}

// changed is the line for what became of a result, or "".
func changed(ev any) string {
	switch ev := ev.(type) {
	case *critical.Held:
		return fmt.Sprintf("%s of %s waits for a look of the bench: %s", labels(ev.Results), ev.Unit, ev.Reason)
	case *critical.RerunBegun:
		return nameOf(ev.By) + " runs a held result again"
	case *critical.Released:
		return "a held result is settled: " + words(ev.How)
	case *critical.Corrected:
		what := "says something else"
		switch ev.Result.Outcome { //nolint:exhaustive // the others say something else
		case critical.Withdrawn:
			what = "is withdrawn"
		case critical.Normal:
			what = "is not critical any more"
		}
		return fmt.Sprintf("call %s changes: %s %s", ev.Ref, ev.Result.Label, what)
	case *critical.Noticed:
		return fmt.Sprintf("a notice to %s, told before: call %s is %s", people(ev.To), ev.Ref, words(ev.What))
	case *critical.SaidTold:
		return "a note says that somebody was told already; the desk asks who"
	}
	return ""
}

// receiver is who is telephoned.
func receiver(id string) string {
	if id == "" || id == critical.KnownSpoken {
		return "a nurse of the unit"
	}
	return nameOf(id)
}

// words is a code as people read it.
func words(code string) string { return strings.ReplaceAll(code, "-", " ") }

func labels(items []critical.Item) string {
	var out []string
	for _, r := range items {
		out = append(out, r.Label)
	}
	return strings.Join(out, " and ")
}

func people(ids []string) string {
	var out []string
	for _, id := range ids {
		out = append(out, nameOf(id))
	}
	return strings.Join(out, ", ")
}

func (t *teller) called(ev *critical.Called) string {
	what := "call " + t.calls[ev.Call].ref
	if ev.Call == "" {
		what = "a task of the laboratory"
	}
	to := people(ev.To)
	if ev.Desk {
		to = "the desk (" + to + ")"
	}
	return fmt.Sprintf("%s rings %s; next step at %s", what, to, ev.Due.In(t.zone).Format("15:04:05"))
}
