package patient

import "time"

// Age is how old a patient is, in days: between Least and Most, both
// possible. They are equal when the day of birth is known.
type Age struct{ Least, Most int }

// AgeAt is the age at an instant of who was born on a day, in a month or in
// a year (YYYY-MM-DD, YYYY-MM or YYYY; a time after a T is not read). Days
// change at midnight in at's location: give it the site's. Not ok means
// unknown: no such date, or one that has not come yet.
func AgeAt(born string, at time.Time) (Age, bool) {
	first, last, ok := birth(born)
	if !ok {
		return Age{}, false
	}
	y, m, d := at.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if first.After(today) {
		return Age{}, false
	}
	if last.After(today) {
		last = today
	}
	return Age{Least: days(last, today), Most: days(first, today)}, true
}

// birth is the first and the last day that the text allows, as midnights UTC.
func birth(text string) (first, last time.Time, ok bool) {
	if len(text) > len(time.DateOnly) && text[len(time.DateOnly)] == 'T' {
		text = text[:len(time.DateOnly)]
	}
	layout, years, months := time.DateOnly, 0, 0
	switch len(text) {
	case len("2006"):
		layout, years = "2006", 1
	case len("2006-01"):
		layout, months = "2006-01", 1
	}
	first, err := time.Parse(layout, text)
	if err != nil {
		return first, last, false
	}
	if years+months == 0 {
		return first, first, true
	}
	return first, first.AddDate(years, months, -1), true
}

func days(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }
