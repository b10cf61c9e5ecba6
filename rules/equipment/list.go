package equipment

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Fit returns what is wrong with an instrument, or nil.
func (i Instrument) Fit() error {
	switch {
	case i.Name == "":
		return errors.New("the instrument has no name")
	case i.Shared != (i.Capacity > 0):
		return errors.New("a shared instrument has a capacity in tests an hour, another has none")
	case i.Warmup < 0 || i.Cleanup < 0 || i.Warmup > 24*60 || i.Cleanup > 24*60:
		return errors.New("warm-up and clean-up are from 0 to 1,440 minutes")
	case slices.Contains(i.Assays, ""):
		return errors.New("an assay has no name")
	}
	return nil
}

// Fit returns what is wrong with rules, or nil.
func (r Rules) Fit() error {
	for _, n := range []int{r.Least, r.Most, r.NoticeAdd, r.NoticeChange, r.NoticeCancel, r.Horizon, r.PerDay, r.PerWeek, r.Gap, r.NoShow, r.Hold, r.Answer} {
		if n < 0 || n > 366*24*60 {
			return fmt.Errorf("%d minutes or days are no limit", n)
		}
	}
	switch {
	case r.Most > 0 && r.Least > r.Most:
		return errors.New("the least is more than the most")
	case r.FreeFrom < 0 || r.FreeTo < 0 || r.FreeFrom > 24*60 || r.FreeTo > 24*60:
		return errors.New("free hours are minutes of a day, from 0 to 1,440")
	}
	return nil
}

// Horizon is how many days ahead all of some instruments can be booked.
func (b Book) Horizon(items []Item) int {
	days := DefaultRules().Horizon
	for _, it := range items {
		i, _ := b.Instruments.Get(it.Instrument)
		if r := b.rules(i); r.Horizon > 0 {
			days = min(days, r.Horizon)
		}
	}
	return days
}

// Allow says what a person may run, and until when. Errors: ErrUnknown, RefusedError.
func (b Book) Allow(c Competency) ([]Event, error) {
	i, ok := b.Instruments.Get(c.Instrument)
	switch {
	case !ok:
		return nil, ErrUnknown
	case !c.From.Before(c.Until):
		return nil, &RefusedError{Problems: []Problem{{Rule: "end-before-start", Say: "It ends before it begins."}}}
	case c.Assay != "" && !i.Runs(c.Assay):
		return nil, &RefusedError{Problems: []Problem{{Rule: "assay", Say: "It does not run this assay.", Instrument: i.ID, Assay: c.Assay}}}
	}
	c.From, c.Until = stamp(c.From), stamp(c.Until)
	return []Event{&Competent{Competency: c}}, nil
}

// Retire takes an instrument out of use. What is booked of it later must be moved or cancelled before. Errors: ErrUnknown,
// RefusedError.
func (b Book) Retire(id string, a Ask) ([]Event, error) {
	i, ok := b.Instruments.Get(id)
	if !ok || i.Status == Retired {
		return nil, ErrUnknown
	}
	var live []string
	for _, k := range b.booked(id) {
		if k.End.After(a.Now.Add(-time.Minute)) {
			live = append(live, k.ID)
		}
	}
	if len(live) > 0 {
		return nil, &RefusedError{Problems: []Problem{{Rule: "booked", Say: "It is booked. Move or cancel these bookings before.", Instrument: id, Blocks: live}}}
	}
	return []Event{&RetiredOne{Instrument: id}}, nil
}
