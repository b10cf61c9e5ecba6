package server

import (
	"io"
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
)

// Calendar writes one booking as a calendar, on an instrument of a name.
func Calendar(w io.Writer, title, instrument string, k equipment.Booking) error {
	return calendar(w, title, []feedRow{{Booking: k, instruments: []string{instrument}}})
}

// BookingsCSV writes one booking as a table.
func BookingsCSV(w io.Writer, instrument, owner string, at time.Time) error {
	k := equipment.Booking{ID: "booking/1", Version: 1, Span: equipment.Span{Start: at, End: at}, Changed: at}
	return bookingsCSV(w, []feedRow{{Booking: k, instruments: []string{instrument}, owner: owner}})
}
