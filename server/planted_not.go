//go:build !plantedrace

package server

import "github.com/seed-909bec58/readback/lab"

// Planted tells whether a race was planted (the build tag plantedrace, for a test alone).
const Planted = false

// looked is the State that a booking is decided on: the writer's own.
func looked(_, now *lab.State) *lab.State { return now }
