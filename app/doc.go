// Package app wires one Readback and is its command line. Main, the tests and the demonstration hospital all call the
// same Start.
package app

import (
	_ "time/tzdata" // zones where the system has none

	_ "golang.org/x/crypto/x509roots/fallback" // CA roots where the system has none
)
