package channels

// Present returns on how many connections each person or machine follows the ledger on this node now.
func (h *Hub) Present() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make(map[string]int, len(h.people))
	for subject, p := range h.people {
		n := 0
		for _, c := range p.conns {
			if c.live.Load() {
				n++
			}
		}
		if n > 0 {
			out[subject] = n
		}
	}
	return out
}
