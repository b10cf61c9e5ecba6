package server

// Cached is how many verified tokens are kept.
func (t *Tokens) Cached() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.verified)
}
