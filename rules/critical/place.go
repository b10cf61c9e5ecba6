package critical

import (
	"slices"
	"time"
)

// whose is a key that sorts by patient, then call.
func whose(patient, id string) string { return patient + " " + id }

// Of is the open calls of a patient's handle, by id. It costs those alone.
func (b Board) Of(patient string) []string {
	var out []string
	if patient == "" {
		return nil
	}
	for k, id := range b.of.From(patient + " ") {
		if k != whose(patient, id) {
			break
		}
		out = append(out, id)
	}
	return out
}

// At is the place of care now, as far as the board was told.
func (c Call) At() string {
	if c.Where != "" {
		return c.Where
	}
	return c.Unit
}

// Places is every place of care that the call was at, the first one first.
func (c Call) Places() []string {
	var out []string
	for _, u := range append([]string{c.Unit}, c.Units...) {
		if u != "" && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// Moved is the board after a patient came to a place of care: the open calls
// go along, and exemptions that were for another place end. Whom the calls ask
// there says Again.
func (b Board) Moved(patient, unit string) Board {
	for _, id := range b.Of(patient) {
		c, _ := b.Calls.Get(id)
		c.Gone = time.Time{}
		if unit != "" && unit != c.At() {
			c.Where = unit
			if !slices.Contains(c.Places(), unit) {
				c.Units = append(slices.Clip(c.Units), unit)
			}
		}
		b = b.put(c)
	}
	return b.rearmed(func(x Exemption) bool { return x.Patient == patient && x.Unit != unit })
}

// Left is the board after a patient left the house: the open calls stay
// where they are, and remember it.
func (b Board) Left(patient string, at time.Time) Board {
	for _, id := range b.Of(patient) {
		c, _ := b.Calls.Get(id)
		c.Gone = stamp(at)
		b = b.put(c)
	}
	return b.rearmed(func(x Exemption) bool { return x.Patient == patient })
}
