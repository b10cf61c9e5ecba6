package sqlite

// Create makes the file of an empty ledger, and does not open it.
var Create = create

// BeforeNoted takes the store back to the moment in f at which what was appended is on disk and not yet noted as its state.
func (s *Store) BeforeNoted(f func() error) error {
	before := s.state.Load()
	err := f()
	s.state.Store(before)
	return err
}
