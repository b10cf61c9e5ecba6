package roster

import "time"

// Diff is what publishing a roster would change in the shifts that have not
// ended.
type Diff struct {
	Added   []Shift   `json:"added,omitempty"`
	Changed []Changes `json:"changed,omitempty"`
	Removed []Shift   `json:"removed,omitempty"`
	Same    int       `json:"same"`
}

// Changes is a shift that stays at its post and start, or under its id, and
// is another one.
type Changes struct {
	Was Shift `json:"was"`
	Is  Shift `json:"is"`
}

// Diff tells what publishing p at an instant would change.
func (b Book) Diff(p *Published, now time.Time) Diff {
	type seat struct {
		post string
		rank int
		from int64
	}
	seatOf := func(s *Shift) seat { return seat{s.Post, s.Rank, utc(s.From).UnixMicro()} }
	coming, ids := map[seat][]int{}, map[string]int{}
	for i := range p.Shifts {
		coming[seatOf(&p.Shifts[i])] = append(coming[seatOf(&p.Shifts[i])], i)
		ids[p.Shifts[i].ID] = i
	}
	met := make([]bool, len(p.Shifts))
	var d Diff
	for _, shifts := range b.Shifts.All() {
		for _, s := range shifts {
			i, ok := ids[s.ID]
			inside := !s.From.Before(utc(p.From)) && s.From.Before(utc(p.To))
			if !s.To.After(now) || !ok && !inside {
				continue
			}
			for _, other := range coming[seatOf(&s)] {
				if !ok && !met[other] {
					i, ok = other, true
				}
			}
			switch {
			case !ok:
				d.Removed = append(d.Removed, s)
				continue
			case alike(&s, &p.Shifts[i]):
				d.Same++
			default:
				d.Changed = append(d.Changed, Changes{s, p.Shifts[i]})
			}
			met[i] = true
		}
	}
	for i, s := range p.Shifts {
		if !met[i] && s.To.After(now) {
			d.Added = append(d.Added, s)
		}
	}
	return d
}

func alike(x, y *Shift) bool {
	return x.Post == y.Post && x.Person == y.Person && x.Rank == y.Rank && utc(x.From).Equal(utc(y.From)) && utc(x.To).Equal(utc(y.To))
}
