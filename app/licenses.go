package app

import (
	"fmt"
	"runtime/debug"
)

type licensesCmd struct{}

// loinc is the notice that LOINC's licence asks for; NOTICE has the same.
const loinc = `This material contains content from LOINC (https://loinc.org). LOINC is copyright © Regenstrief Institute, Inc. and the
Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at
https://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief Institute, Inc.`

// Run prints under which licences the program and its parts stand.
func (licensesCmd) Run(s streams) error {
	fmt.Fprintln(s.out, "Readback: Apache License, Version 2.0. Its files LICENSE and NOTICE have the whole text.")
	fmt.Fprintf(s.out, "\n%s\n", loinc)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	fmt.Fprintln(s.out, "\nBuilt with, each under its own licence:")
	for _, m := range info.Deps {
		fmt.Fprintf(s.out, "  %s %s\n", m.Path, m.Version)
	}
	return nil
}
