package critical

import "fmt"

// Reader is what others know of who wants to read a call back.
type Reader struct {
	Person   string // person/…
	Machine  bool   // a machine account
	Fresh    bool   // signed in within 30 min, or by PIN
	Badge    bool   // it is valid now
	Receives bool   // has a receiving role of the site
	OnCall   bool   // on the call's unit or post now
	Reported bool   // reported the result, or telephones it
	Glass    string // why they break the glass, if they do
}

// MayNotError is ErrMayNot with the reason, a code: machine, not-fresh,
// badge, role, reporter, not-yours.
type MayNotError struct{ Reason string }

// Error gives the reason.
func (e *MayNotError) Error() string { return fmt.Sprintf("%v: %s", ErrMayNot, e.Reason) }

// Unwrap is ErrMayNot.
func (*MayNotError) Unwrap() error { return ErrMayNot }

// May tells whether a reader may read back a call: a signed-in person with a
// valid badge and a receiving role, who was called, is on its unit or post
// now, or breaks the glass; never a machine, never who reported it. The error
// is a MayNotError.
func (r Reader) May(c Call) error {
	reason := ""
	switch {
	case r.Machine || r.Person == "":
		reason = "machine"
	case !r.Fresh:
		reason = "not-fresh"
	case !r.Badge:
		reason = "badge"
	case !r.Receives:
		reason = "role"
	case r.Reported:
		reason = "reporter"
	case !r.OnCall && r.Glass == "" && !c.WasCalled(r.Person):
		reason = "not-yours"
	}
	if reason == "" {
		return nil
	}
	return &MayNotError{reason}
}
