package critical

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/table"
)

// Errors of limit sets and code maps.
var (
	// ErrNoSet says that there is no set of that id and version. List the sets.
	ErrNoSet = errors.New("critical: no such limit set")
	// ErrFaulty says that a set has faults; FaultsError lists them. Correct the set and draft it anew.
	ErrFaulty = errors.New("critical: the limit set has faults")
	// ErrInUse says that an approved version cannot be drafted again. Give it a new version.
	ErrInUse = errors.New("critical: this version of the limit set was approved; give it a new version")
	// ErrMapping says that a mapping lacks its code, or its LOINC code or unit is not valid.
	ErrMapping = errors.New("critical: a mapping needs a code, a valid LOINC code and a known unit or none")
)

// FaultsError is ErrFaulty with what Check found.
type FaultsError struct{ Faults []Fault }

// Error gives the first fault and how many there are.
func (e *FaultsError) Error() string {
	return fmt.Sprintf("%v: %v (%s)", ErrFaulty, e.Faults[0], plural(len(e.Faults), "fault"))
}

// Unwrap is ErrFaulty.
func (*FaultsError) Unwrap() error { return ErrFaulty }

// Approval puts a version of a set in force for a setting from an instant on.
type Approval struct {
	Limits    string    `json:"limits"`
	Version   string    `json:"version"`
	By        string    `json:"by"`
	Effective time.Time `json:"effective"`
}

// Drafted says that a limit set was written or imported. It is not in force.
type Drafted struct {
	Set Set `json:"set"`
}

// Kind is "limits.drafted".
func (*Drafted) Kind() string { return "limits.drafted" }

// About is the set.
func (e *Drafted) About() []string { return about(e.Set.ID) }

// Enclosure is nil.
func (*Drafted) Enclosure() any { return nil }

// Approved says that a named person put a version of a set in force.
type Approved struct {
	Limits    string    `json:"limits"`
	Version   string    `json:"version"`
	Setting   string    `json:"setting,omitempty"` // empty for all that have none of their own
	By        string    `json:"by"`
	Effective time.Time `json:"effective"`
}

// Kind is "limits.approved".
func (*Approved) Kind() string { return "limits.approved" }

// About is the set and its approver.
func (e *Approved) About() []string { return about(e.Limits, e.By) }

// Enclosure is nil.
func (*Approved) Enclosure() any { return nil }

// Retired says that a setting has no set of its own any more.
type Retired struct {
	Limits  string `json:"limits"`
	Version string `json:"version"`
	Setting string `json:"setting,omitempty"`
	By      string `json:"by"`
}

// Kind is "limits.retired".
func (*Retired) Kind() string { return "limits.retired" }

// About is the set and who retired it.
func (e *Retired) About() []string { return about(e.Limits, e.By) }

// Enclosure is nil.
func (*Retired) Enclosure() any { return nil }

// Mapped says what a sender's code means. An empty sender stands for all.
type Mapped struct {
	Sender string `json:"sender,omitempty"`
	System string `json:"system,omitempty"`
	Code   string `json:"code"`
	Test
}

// Kind is "limits.mapped".
func (*Mapped) Kind() string { return "limits.mapped" }

// About is the work item of the code, whether or not there is one.
func (e *Mapped) About() []string {
	return about(codeWork(e.Sender, Coding{e.System, e.Code}))
}

// Enclosure is nil.
func (*Mapped) Enclosure() any { return nil }

// Draft is the event for a new set or version. One with faulty rows can be
// drafted, not approved; one without a name of its own cannot. Errors:
// ErrInUse, ErrFaulty.
func (b Board) Draft(s Set) ([]Event, error) {
	if f := Check(s); !strings.HasPrefix(s.ID, "limits/") || s.Version == "" {
		return nil, &FaultsError{f}
	}
	for _, as := range b.Active.All() {
		if slices.ContainsFunc(as, func(a Approval) bool { return a.Limits == s.ID && a.Version == s.Version }) {
			return nil, ErrInUse
		}
	}
	return []Event{&Drafted{Set: s}}, nil
}

// Approve puts a drafted version in force for a setting ("" for all that have
// none of their own) from effective on, not before now. Errors: ErrNoSet, ErrFaulty, ErrMayNot.
func (b Board) Approve(limits, version, setting, by string, effective, now time.Time) ([]Event, error) {
	s, ok := b.Sets.Get(setKey(limits, version))
	if !ok {
		return nil, ErrNoSet
	}
	if f := Check(s); len(f) > 0 {
		return nil, &FaultsError{f}
	}
	if by == "" {
		return nil, ErrMayNot
	}
	if effective.Before(now) {
		effective = now
	}
	return []Event{&Approved{Limits: limits, Version: version, Setting: open(setting), By: by, Effective: stamp(effective)}}, nil
}

// Retire takes a version out of force for a setting; without another approval
// the setting falls back to the set for all. Errors: ErrNoSet, ErrMayNot.
func (b Board) Retire(limits, version, setting, by string) ([]Event, error) {
	as, _ := b.Active.Get(open(setting))
	if !slices.ContainsFunc(as, func(a Approval) bool { return a.Limits == limits && a.Version == version }) {
		return nil, ErrNoSet
	}
	if by == "" {
		return nil, ErrMayNot
	}
	return []Event{&Retired{Limits: limits, Version: version, Setting: open(setting), By: by}}, nil
}

// Map is the event that gives a sender's code its meaning. Errors: ErrMapping.
func Map(sender string, c Coding, t Test) ([]Event, error) {
	if c.Code == "" || !LOINC(t.LOINC) || t.Unit != "" && Canonical(t.Unit) == "" {
		return nil, ErrMapping
	}
	if t.Unit != "" {
		t.Unit = Canonical(t.Unit)
	}
	if t.Label == "" {
		t.Label = label(t.LOINC)
	}
	return []Event{&Mapped{Sender: sender, System: c.System, Code: c.Code, Test: t}}, nil
}

// InForce is the set that judges results of a setting at an instant: its own,
// else the one for all.
func (b Board) InForce(setting string, now time.Time) (Set, bool) {
	for _, k := range []string{open(setting), ""} {
		as, _ := b.Active.Get(k)
		for _, a := range slices.Backward(as) {
			if !a.Effective.After(now) {
				return b.Sets.Get(setKey(a.Limits, a.Version))
			}
		}
	}
	return Set{}, false
}

func setKey(id, version string) string { return id + "\x1f" + version }

// approve adds an approval to its setting, by effective date; what was
// superseded before the approval is dropped.
func approve(active table.Map[string, []Approval], e *Approved, at time.Time) table.Map[string, []Approval] {
	old, _ := active.Get(e.Setting)
	as := slices.DeleteFunc(slices.Clone(old), func(a Approval) bool { return a.Effective.Equal(e.Effective) })
	as = append(as, Approval{e.Limits, e.Version, e.By, e.Effective})
	slices.SortStableFunc(as, func(a, b Approval) int { return a.Effective.Compare(b.Effective) })
	for len(as) > 1 && !as[1].Effective.After(at) {
		as = as[1:]
	}
	return active.With(e.Setting, slices.Clip(as))
}

// Set is a drafted version of a limit set.
func (b Board) Set(limits, version string) (Set, bool) { return b.Sets.Get(setKey(limits, version)) }
