package hl7

// renamed records new versions of the open calls whose patients this message merged, renumbered or named otherwise.
func (f *filing) renamed() {
	var handles []string
	for _, t := range f.patients {
		for _, h := range []string{t.handle, t.loser} {
			if h != "" {
				handles = append(handles, h)
			}
		}
	}
	f.add(f.view.Renamed(handles, f.now)...)
}
