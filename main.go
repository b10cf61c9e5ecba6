// Command readback runs the hub through which a clinical laboratory communicates.
package main

import (
	"os"

	"github.com/seed-909bec58/readback/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
