package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

const techPIN = "274913"

// kiosk lists analyzers and returns a device of the laboratory; the technician has a PIN.
func kiosk(t *testing.T, h *house) *client.Client {
	t.Helper()
	analyzers(t, h)
	if _, err := h.as(t, "tech").SetPIN(t.Context(), techPIN, password); err != nil {
		t.Fatal(err)
	}
	c, err := client.Dial(t.Context(), h.url, client.Credentials{Login: "sue", Password: password, Device: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func asTech(t *testing.T, do string, body any) wire.AsBody {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return wire.AsBody{Login: "tech", PIN: techPIN, Do: do, Body: text}
}

func TestAKioskActsForWhoGivesThePINAndTheEntrySaysWho(t *testing.T) {
	h := newHouse(t)
	k := kiosk(t, h)
	var booked wire.Booked
	if err := k.As(t.Context(), asTech(t, wire.DoBook, bookingOf("chem-1", hour(2), hour(3))), &booked); err != nil {
		t.Fatal(err)
	}
	if booked.Booking.Owner != "person/tech" || booked.Booking.By != "person/tech" {
		t.Errorf("booked for %s by %s", booked.Booking.Owner, booked.Booking.By)
	}
	e, err := h.Store().Read(t.Context(), booked.First-1, 1)
	if err != nil || len(e) != 1 {
		t.Fatal(e, err)
	}
	if sessions, err := h.as(t, "sue").Sessions(t.Context()); err != nil || e[0].By != "person/tech" || !hasSession(sessions, e[0].Via) {
		t.Errorf("the entry is by %s via %s; devices: %+v, %v", e[0].By, e[0].Via, sessions, err)
	}
	board, err := k.Board(t.Context(), hour(0), hour(24))
	if err != nil || len(board.Bookings) != 1 || board.Head < int64(booked.Last) {
		t.Errorf("the kiosk sees %+v, %v", board, err)
	}
}

func hasSession(all []wire.Session, via string) bool {
	for _, s := range all {
		if _, name, _ := strings.Cut(s.ID, "/"); s.Device && strings.HasSuffix(via, name) {
			return true
		}
	}
	return false
}

func TestAKioskRefusesWhatIsNotForIt(t *testing.T) {
	h := newHouse(t)
	k := kiosk(t, h)
	body := bookingOf("chem-1", hour(2), hour(3))
	for name, c := range map[string]struct {
		change func(*wire.AsBody)
		code   string
	}{
		"a wrong PIN":              {func(b *wire.AsBody) { b.PIN = "111111" }, "wrong-pin"},
		"nobody's name":            {func(b *wire.AsBody) { b.Login = "nobody" }, "wrong-pin"},
		"who has no PIN":           {func(b *wire.AsBody) { b.Login = "sue" }, "no-pin"},
		"a critical call":          {func(b *wire.AsBody) { b.Do = wire.DoReadBack }, "no-such-command"},
		"who may run what":         {func(b *wire.AsBody) { b.Do = wire.DoCompetent }, "no-such-command"},
		"a supervisor's decision":  {func(b *wire.AsBody) { b.Do = wire.DoRelease }, "not-yours"},
		"a body that is not one":   {func(b *wire.AsBody) { b.Body = []byte(`{"no":1}`) }, "bad-request"},
		"a command within as":      {func(b *wire.AsBody) { b.Do = wire.DoAs }, "no-such-command"},
		"a command that is nobody": {func(b *wire.AsBody) { b.Do = "book.nothing" }, "no-such-command"},
	} {
		t.Run(name, func(t *testing.T) {
			b := asTech(t, wire.DoBook, body)
			c.change(&b)
			wantCode(t, k.As(t.Context(), b, nil), c.code)
		})
	}
	_, err := k.Book(t.Context(), body)
	wantCode(t, err, "sign-in-first") // a device alone does nothing
	wantCode(t, h.as(t, "tech").As(t.Context(), asTech(t, wire.DoBook, body), nil), "bad-request")
	lee, err := client.Dial(t.Context(), h.url, client.Credentials{Login: "lee", Password: password, Device: true})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, lee.As(t.Context(), asTech(t, wire.DoBook, body), nil), "not-yours") // a ward's device is no kiosk
	if _, err := lee.Board(t.Context(), hour(0), hour(24)); err == nil {
		t.Error("a ward's device sees the board")
	}
	if board, err := k.Board(t.Context(), hour(0), hour(24)); err != nil || len(board.Bookings) != 0 {
		t.Errorf("something was booked: %+v, %v", board.Bookings, err)
	}
}

func TestAKioskIsNotShownWhatPeopleWrote(t *testing.T) {
	h := newHouse(t)
	k := kiosk(t, h)
	tech := h.as(t, "tech")
	const words = "the needle of Mrs Canary"
	use := wire.UseBody{Instrument: "instrument/chem-1"}
	if err := tech.Do(t.Context(), wire.DoUse, client.NewKey(), use, nil); err != nil {
		t.Fatal(err)
	}
	use.Note = words
	if err := tech.Do(t.Context(), wire.DoUseEnd, client.NewKey(), use, nil); err != nil {
		t.Fatal(err)
	}
	read := func(c *client.Client) string {
		b, err := c.LookAtBoard(t.Context(), wire.BoardLookBody{Instruments: []string{"instrument/chem-1"}})
		if err != nil || len(b.Instruments) != 1 || b.Instruments[0].Left == nil {
			t.Fatalf("%+v, %v", b, err)
		}
		return b.Instruments[0].Left.Text
	}
	if read(tech) != words || read(k) != "" {
		t.Errorf("the kiosk reads %q, the person %q", read(k), read(tech))
	}
}

func TestALookShowsBookingsThatAreOverAndThoseThatWaitForOnesAnswer(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := within(t)
	defer cancel()
	tech := analyzers(t, h)
	over, err := tech.Book(ctx, bookingOf("chem-1", hour(2), hour(3)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tech.CancelBooking(ctx, wire.CancelBody{OfBody: wire.OfBody{Booking: over.Booking.ID, Version: 1}}); err != nil {
		t.Fatal(err)
	}
	asked, err := tech.Book(ctx, bookingOf("chem-2", hour(2), hour(3)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.as(t, "sue").Preempt(ctx, wire.PreemptBody{
		OfBody: wire.OfBody{Booking: asked.Booking.ID, Version: 1}, For: bookingOf("chem-2", hour(2), hour(3)),
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := tech.LookAtBoard(ctx, wire.BoardLookBody{Bookings: []string{over.Booking.ID}, Mine: true})
	if err != nil || len(b.Bookings) != 2 || b.Bookings[0].Standing != equipment.Cancelled || b.Bookings[1].Standing != equipment.Asked {
		t.Errorf("%+v, %v", b.Bookings, err)
	}
	_, err = tech.LookAtBoard(ctx, wire.BoardLookBody{Bookings: make([]string, wire.MostLooked+1)})
	wantCode(t, err, "bad-request")
}
