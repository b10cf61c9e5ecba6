package wire

import "encoding/json"

// Names of the commands by which a board follows, and by which a kiosk acts.
const (
	DoBoardLook = "board.look" // BoardLookBody → Board, of those alone
	DoAs        = "as"         // AsBody → Recorded, or what else the command answers; of a device only
)

// BoardLookBody asks for some bookings and instruments as they are now: those that entries named since the board was
// asked for. What is not in the answer is over for longer than the book remembers, or was never there.
type BoardLookBody struct {
	Bookings    []string `json:"bookings,omitempty"` // at most 500
	Instruments []string `json:"instruments,omitempty"`
	Mine        bool     `json:"mine,omitempty"` // and one's own that wait for an answer: asked for, or held
}

// MostLooked is how many bookings one look names at most.
const MostLooked = 500

// AsBody is a command that a person gives at a shared device, by the PIN: a kiosk shows the board to all and acts for who
// stands before it. The command is one about instruments; its idempotency key is the outer one.
type AsBody struct {
	Login string          `json:"login"`
	PIN   string          `json:"pin"`
	Do    string          `json:"do"`
	Body  json.RawMessage `json:"body"`
}
