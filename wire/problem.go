package wire

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/rules/roster"
)

// Problem is an error as it crosses the line: a word for programs, sentences for people, and the facts they need.
type Problem struct {
	Code  string         `json:"code"`
	Say   string         `json:"say"`             // what cannot be, and why
	Do    string         `json:"do,omitempty"`    // what to do
	Field string         `json:"field,omitempty"` // which field of the body is meant
	Facts map[string]any `json:"facts,omitempty"`
	Ref   string         `json:"ref,omitempty"` // reference into the server's log, for internal errors
}

// Error implements error. It may hold what a person typed: show it to that person, do not log it; log Code and Ref.
func (p *Problem) Error() string {
	if p.Do == "" {
		return p.Say
	}
	return p.Say + " " + p.Do
}

// Is says whether a problem is what one of the sentinels became on its way, so that a client asks errors.Is as the server does.
func (p *Problem) Is(target error) bool {
	return slices.ContainsFunc(table, func(r row) bool { return r.code == p.Code && r.err == target })
}

// ProblemOf returns an error as it crosses the line, and its HTTP status. Known sentinels have their row in the table;
// a *Refusal inside the error brings its own words and facts; everything else is internal, and ok is false: the caller
// logs it under a reference.
func ProblemOf(err error) (p *Problem, status int, ok bool) {
	if errors.As(err, &p) {
		return p, StatusOf(p.Code), true
	}
	if errors.As(err, new(roster.CheckError)) {
		err = errors.Join(errFaults, err)
	}
	for _, r := range table {
		if !errors.Is(err, r.err) {
			continue
		}
		p = &Problem{Code: r.code, Say: r.say, Do: r.do}
		p.known(err)
		if own, ok := errors.AsType[*Refusal](err); ok {
			p.own(own)
		}
		return p, r.status, true
	}
	return &Problem{
		Code: "internal", Say: "Internal error.", Do: "Try again; if it stays, tell the administrator the reference.",
	}, http.StatusInternalServerError, false
}

// StatusOf returns the HTTP status of a code; 500 for one that is not in the table.
func StatusOf(code string) int {
	for _, r := range table {
		if r.code == code {
			return r.status
		}
	}
	return http.StatusInternalServerError
}

func (p *Problem) own(r *Refusal) {
	if r.Say != "" {
		p.Say = r.Say
	}
	if r.Do != "" {
		p.Do = r.Do
	}
	if r.Field != "" {
		p.Field = r.Field
	}
	if r.Facts != nil {
		p.Facts = r.Facts
	}
}

// known takes over the facts of the rooms' own errors.
func (p *Problem) known(err error) {
	if typed, ok := errors.AsType[*critical.TypedError](err); ok {
		p.Field, _ = BodyField(typed.Field)
	}
	if stale, ok := errors.AsType[*critical.StaleError](err); ok {
		p.Facts = map[string]any{"version": stale.Version}
	}
	if errors.Is(err, critical.ErrFullName) {
		p.Field = "receiver.name"
	}
	if has, ok := errors.AsType[*critical.TakenError](err); ok {
		p.Facts = map[string]any{"by": has.By, "until": has.Until}
	}
	if then, ok := errors.AsType[*critical.OccurredError](err); ok {
		p.Field, p.Facts = "occurred", map[string]any{"from": then.From, "to": then.To}
	}
	if old, ok := errors.AsType[*equipment.StaleError](err); ok {
		p.Facts = map[string]any{"booking": old.Booking}
	}
	if rules, ok := errors.AsType[*equipment.RefusedError](err); ok && len(rules.Problems) > 0 {
		p.Say = rules.Problems[0].Say
		p.Facts = map[string]any{"problems": rules.Problems, "free": rules.Free, "equal": rules.Equal}
		if len(rules.Series) > 0 {
			p.Facts["series"] = rules.Series
		}
	}
	if may, ok := errors.AsType[*critical.MayNotError](err); ok {
		p.Facts = map[string]any{"reason": may.Reason}
		if words, ok := mayNot[may.Reason]; ok {
			p.Say, p.Do = words[0], words[1]
		}
	}
	var people roster.CheckError
	if errors.As(err, &people) && len(people) > 0 {
		p.Field, p.Say, p.Do = people[0].Field, people[0].Field+": "+people[0].What+".", "Please "+people[0].Remedy+"."
		all := make([]map[string]string, 0, len(people))
		for _, f := range people {
			all = append(all, map[string]string{"field": f.Field, "say": f.What, "do": f.Remedy})
		}
		p.Facts = map[string]any{"faults": all}
	}
	var limits *critical.FaultsError
	if errors.As(err, &limits) && len(limits.Faults) > 0 {
		p.Say, p.Do = limits.Faults[0].Error(), "Correct the set and draft it anew."
		p.Facts = map[string]any{"faults": limits.Faults}
	}
}

// BodyField turns the room's name of a field of a read-back ("value of result/7", "unit of result/7", "identifier")
// into the body's ("values.result/7", "tail"), and says which part of it is meant: "value", "unit" or "identifier".
func BodyField(name string) (field, part string) {
	if id, ok := strings.CutPrefix(name, "value of "); ok {
		return "values." + id, "value"
	}
	if id, ok := strings.CutPrefix(name, "unit of "); ok {
		return "values." + id, "unit"
	}
	return "tail", "identifier"
}

// Refusal is a sentinel of the table with the words and facts of the case.
type Refusal struct {
	Err   error // a sentinel of the table
	Say   string
	Do    string
	Field string
	Facts map[string]any
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Say != "" {
		return r.Say
	}
	return r.Err.Error()
}

// Unwrap returns the sentinel.
func (r *Refusal) Unwrap() error { return r.Err }

// Bad returns a refusal of a field of a request: which one, what is wrong with it, and what to do.
func Bad(field, say, do string) error {
	return &Refusal{Err: ErrBad, Field: field, Say: say, Do: do}
}
