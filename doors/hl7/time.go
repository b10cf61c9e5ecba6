package hl7

import (
	"errors"
	"strings"
	"time"
)

// ErrTime means that a text is no HL7 time; use the next best time and say which.
var ErrTime = errors.New("hl7: not a time")

// Precision is how much of a time the sender wrote.
type Precision uint8

// The precisions, coarse to fine.
const (
	Year Precision = iota + 1
	Month
	Day
	Hour
	Minute
	Second
	Fraction
)

// Time is a time as a sender wrote it: the first instant that it can mean, and how precise it is. Zoned reports that an
// offset was sent; without one the site's zone was taken.
type Time struct {
	time.Time

	Precision Precision
	Zoned     bool
}

// ParseTime reads an HL7 DTM, YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ] (v2.5.1 §2.A.22), taking the zone of site
// (UTC if nil) when there is no offset. An hour that a change to winter time repeats is the first of the two. Z is taken
// for an offset too. The error is ErrTime.
func ParseTime(s string, site *time.Location) (Time, error) {
	if site == nil {
		site = time.UTC
	}
	s = strings.TrimSpace(s)
	t := Time{}
	if i := strings.IndexAny(s, "+-Z"); i >= 0 {
		zone, ok := offset(s[i:])
		if !ok {
			return Time{}, ErrTime
		}
		site, t.Zoned = zone, true
		s = s[:i]
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	nanos := 0
	if dotted {
		var ok bool
		if nanos, ok = fractional(fraction); !ok || len(whole) != 14 {
			return Time{}, ErrTime
		}
	}
	// Year, month, day, hour, minute, second.
	part := [6]int{1, 1, 1, 0, 0, 0}
	n := 0
	for width := 4; whole != ""; width = 2 {
		if n == len(part) || len(whole) < width {
			return Time{}, ErrTime
		}
		v, ok := digits(whole[:width])
		if !ok {
			return Time{}, ErrTime
		}
		part[n], whole = v, whole[width:]
		n++
	}
	if n == 0 || part[0] == 0 || part[3] > 23 || part[4] > 59 || part[5] > 59 {
		return Time{}, ErrTime
	}
	t.Precision = Precision(n)
	if dotted {
		t.Precision = Fraction
	}
	day := time.Date(part[0], time.Month(part[1]), part[2], 0, 0, 0, 0, time.UTC)
	if day.Month() != time.Month(part[1]) || day.Day() != part[2] {
		return Time{}, ErrTime
	}
	t.Time = firstOf(time.Date(part[0], time.Month(part[1]), part[2], part[3], part[4], part[5], nanos, site))
	return t, nil
}

// firstOf returns the earlier of two instants that a clock shows alike, because it was put back between them.
func firstOf(t time.Time) time.Time {
	begin, _ := t.ZoneBounds()
	if begin.IsZero() {
		return t
	}
	_, now := t.Zone()
	_, before := begin.Add(-time.Nanosecond).Zone()
	if earlier := t.Add(time.Duration(now-before) * time.Second); before > now && earlier.Before(begin) {
		return earlier
	}
	return t
}

// Time reads the field, or its first component, as a time; see ParseTime.
func (f Field) Time(site *time.Location) (Time, error) {
	return ParseTime(f.Component(1).Text(), site)
}

// offset reads +ZZZZ, -ZZZZ or Z.
func offset(s string) (*time.Location, bool) {
	if s == "Z" {
		return time.UTC, true
	}
	if len(s) != 5 {
		return nil, false
	}
	h, okHours := digits(s[1:3])
	m, okMinutes := digits(s[3:])
	if !okHours || !okMinutes || h > 14 || m > 59 {
		return nil, false
	}
	seconds := h*3600 + m*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), true
}

// fractional reads one to nine digits of a second as nanoseconds.
func fractional(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	return digits(s + "000000000"[len(s):])
}

// digits reads a number of digits only.
func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
