package equipment

import "time"

// Instant is when a clock on the wall in a zone shows a date and time, for bookings; wall is read as its fields say. A
// time that the wall never shows is as much later as the clock leaps, and moved tells so; one that it shows twice is the
// first. (Rosters have another rule: a shift must leave no gap.)
//
// time.Date is not asked: for a time in a gap it may answer an hour early. Nor is ZoneBounds: at the end of some years its
// end does not lie after the instant asked for. A zone changes its clock at most once in a day and a half.
func Instant(wall time.Time, zone *time.Location) (at time.Time, moved bool) {
	y, m, d := wall.Date()
	shown := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), 0, time.UTC)
	before, after := offset(shown.Add(-farthest), zone), offset(shown.Add(farthest), zone)
	for _, o := range [2]time.Duration{max(before, after), min(before, after)} { // the greater offset is the earlier instant
		if at = shown.Add(-o); offset(at, zone) == o {
			return at, false
		}
	}
	return shown.Add(-before), true
}

// offset is how far a zone's clock is from UTC at an instant.
func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// farthest is more than any zone's clock ever was from UTC, and than any leap.
const farthest = 26 * time.Hour
