package patient

// Merging is what a merge of two records has to record: that they are one,
// and whatever the loser's record knew and the survivor's does not, said of
// the survivor by events of its own, so that the survivor's entries alone
// make its record. What one says of a factor and the other denies is unknown:
// no limit is relaxed by it. It is empty if both handles mean one patient already.
func (b Book) Merging(survivor, loser string) []Event {
	survivor, loser = b.Handle(survivor), b.Handle(loser)
	if survivor == loser {
		return nil
	}
	out := []Event{&Merged{Patient: survivor, Loser: loser}}
	lost := b.Get(loser)
	if lost == nil {
		return out
	}
	kept := b.Get(survivor)
	if kept == nil {
		kept = &Patient{}
	}
	if kept.Version == 0 && lost.Version != 0 {
		out = append(out, &Identified{Patient: survivor, Who: lost.Identity})
	}
	if lost.Present && !kept.Present {
		out = append(out, MovedTo(survivor, lost.Place))
	}
	for code, f := range lost.Factors.All() {
		switch k, ok := kept.Factors.Get(code); {
		case !ok:
			out = append(out, &FactorNoted{Patient: survivor, Note: f.Note(code)})
		case k.Has != f.Has && k.Has != Unknown: // the two contradict each other
			out = append(out, &FactorNoted{Patient: survivor, Note: Note{Factor: code, Has: Unknown, Source: f.Source}})
		}
	}
	return out
}

// merge makes the loser's handle mean the survivor, and the survivor's
// record, if the book has it, another version of itself.
func (b Book) merge(ev *Merged, m Mark) Book {
	survivor, loser := b.Handle(ev.Patient), b.Handle(ev.Loser)
	if survivor != loser {
		for other, to := range b.Alias.All() {
			if to == loser {
				b.Alias = b.Alias.With(other, survivor)
			}
		}
		b.Alias = b.Alias.With(loser, survivor)
		b = b.without(loser)
	}
	if _, ok := b.Patients.Get(survivor); !ok {
		return b
	}
	return b.put(survivor, m, func(p *Patient) { p.Version = m.Seq })
}
