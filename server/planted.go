//go:build plantedrace

package server

import "github.com/seed-909bec58/readback/lab"

// Planted tells that this build books as other tools do: it looks, and then it writes. Tests are built so to see that
// they notice.
const Planted = true

// looked is the State that a booking is decided on: the one of when the command came, which others may have changed.
func looked(before, _ *lab.State) *lab.State { return before }
