package server

import "github.com/seed-909bec58/readback/rules/roster"

// Cached is how many verified tokens are kept.
func (t *Tokens) Cached() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.verified)
}

// Commands are the roles that may give each command; none: anyone who is signed in.
func Commands() map[string][]roster.Role {
	out := map[string][]roster.Role{}
	for do, c := range commands {
		out[do] = c.roles
	}
	return out
}
