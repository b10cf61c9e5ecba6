// Package wire is what crosses the line between a Readback and those who speak to it: frames, commands, the kinds of
// events and their forms, and the one table of errors. It holds no state and decides nothing.
package wire
