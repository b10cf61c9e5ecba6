package wire

import "time"

// Names of commands about one's own session.
const (
	DoPIN    = "pin"     // PINBody → Renewed
	DoPINSet = "pin.set" // PINSetBody → Renewed
	DoLock   = "lock"    // no body → SignedIn; HTTP only, since the answer brings the device's cookie
	DoUnlock = "unlock"  // UnlockBody → Me, and a start; websocket only
)

// PINBody proves that the person of a signed-in session is there.
type PINBody struct {
	PIN string `json:"pin"`
}

// PINSetBody sets one's PIN, or with an empty one takes it away. The password is one's own.
type PINSetBody struct {
	PIN      string `json:"pin"`
	Password string `json:"password"`
}

// Renewed answers pin and pin.set: the session is fresh until then.
type Renewed struct {
	Recorded
	Fresh time.Time `json:"fresh,omitzero"`
}

// UnlockBody makes the connection of a device that of the person who has just signed in on it.
type UnlockBody struct {
	Unlock string `json:"unlock"` // of SignedIn, good for 30 s
}

// SessionsBody asks for the open sessions of another person or machine; without it one's own.
type SessionsBody struct {
	Person string `json:"person,omitempty"`
}

// SessionsEndBody ends a session, or all of a person or machine; those of others are an administrator's. Exactly one is
// given. Of oneself all means all others.
type SessionsEndBody struct {
	Session string `json:"session,omitempty"`
	Person  string `json:"person,omitempty"`
}

// Sessions lists open sessions.
type Sessions struct {
	Sessions []Session `json:"sessions"`
}

// Session is one sign-in.
type Session struct {
	ID     string    `json:"id"`
	Means  string    `json:"means"` // "password", "token", or "lock" for what a locked session left
	Device bool      `json:"device,omitempty"`
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
	This   bool      `json:"this,omitempty"`
}
