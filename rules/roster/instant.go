package roster

import "time"

// Instant is when a clock on the wall in a zone shows a date and time, for
// publishing shifts. wall is read as its fields say, whatever its location.
// A time that the wall never shows is the end of the gap. One that it shows
// twice is the first for a start and the second for an end, so that shifts
// overlap there and leave no gap. The answer is in zone.
//
// time.Date is not asked: for a time in a gap it may answer an hour early.
func Instant(wall time.Time, zone *time.Location, isEnd bool) time.Time {
	y, m, d := wall.Date()
	shown := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), time.UTC)
	var found time.Time
	ok := false
	for at := shown.Add(-farthest).In(zone); ; {
		start, end := at.ZoneBounds()
		_, offset := at.Zone()
		this := shown.Add(-time.Duration(offset) * time.Second)
		if !this.Before(start) && (end.IsZero() || this.Before(end)) && (!ok || isEnd) {
			found, ok = this, true
		}
		if end.IsZero() || end.After(shown.Add(farthest)) {
			break
		}
		_, next := end.Zone()
		// The wall leaps at end from this zone's time to the next one's.
		if !ok && !this.Before(end) && shown.Add(-time.Duration(next)*time.Second).Before(end) {
			return end.In(zone)
		}
		at = end
	}
	return found.In(zone)
}

// farthest is more than any zone's clock was ever from UTC.
const farthest = 26 * time.Hour
