package roster

import "time"

// Instant is when a clock on the wall in a zone shows a date and time, for
// publishing shifts. wall is read as its fields say, whatever its location.
// A time that the wall never shows is the end of the gap. One that it shows
// twice is the first for a start and the second for an end, so that shifts
// overlap there and leave no gap. The answer is in zone.
//
// time.Date is not asked: for a time in a gap it may answer an hour early.
// Nor is ZoneBounds: at the end of some years its end does not lie after the
// instant asked for. A zone changes its clock at most once in a day and a half.
func Instant(wall time.Time, zone *time.Location, isEnd bool) time.Time {
	y, m, d := wall.Date()
	shown := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), time.UTC)
	before, after := offset(shown.Add(-farthest), zone), offset(shown.Add(farthest), zone)
	first, last := max(before, after), min(before, after) // the greater offset is the earlier instant
	if isEnd {
		first, last = last, first
	}
	for _, o := range [2]time.Duration{first, last} {
		if at := shown.Add(-o); offset(at, zone) == o {
			return at.In(zone)
		}
	}
	// The wall leaps over it: half the time in which it does until the instant of the leap is left.
	from, to := shown.Add(-farthest), shown.Add(farthest)
	for to.Sub(from) > time.Second {
		if mid := from.Add(to.Sub(from) / 2).Truncate(time.Second); offset(mid, zone) == before {
			from = mid
		} else {
			to = mid
		}
	}
	return to.Truncate(time.Second).In(zone)
}

// offset is how far a zone's clock is from UTC at an instant.
func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// farthest is more than any zone's clock ever was from UTC, and than any leap.
const farthest = 26 * time.Hour
