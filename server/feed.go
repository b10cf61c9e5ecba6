package server

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

// A feed's address is a capability: 256 random bits, of which the ledger knows the digest only. Who has it reads bookings
// without signing in, until the feed is ended or its owner's badge is; it shows nothing about a patient.

func (s *Server) feedOpen(q *asked, b wire.FeedBody) (any, error) {
	id, err := s.newID(q)
	if err != nil {
		return nil, err
	}
	secret, err := s.feedSecret(q)
	if err != nil {
		return nil, err
	}
	if b.Of == "" {
		b.Of = q.Subject
	}
	f := equipment.Feed{ID: "feed/" + id, Of: b.Of, Hash: feedHash(secret), Names: b.Names}
	done, err := s.booking(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) { return book.OpenFeed(f, a) })
	if err != nil {
		return nil, err
	}
	return wire.FeedOpened{Recorded: recordedAs(done), Feed: f.ID, Path: "/feed/" + secret + ".ics"}, nil
}

// feedSecret is a feed's address: random, or with a key the same one for the same command.
func (s *Server) feedSecret(q *asked) (string, error) {
	b := make([]byte, 32)
	if q.cmd.Key != "" {
		m := hmac.New(sha256.New, s.Secret)
		m.Write([]byte("feed\x00" + q.Subject + "\x00" + q.cmd.Key))
		copy(b, m.Sum(nil))
	} else if _, err := io.ReadFull(s.Rand, b); err != nil {
		return "", fmt.Errorf("server: %w", err)
	}
	return crockford.EncodeToString(b), nil
}

func feedHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func feedEnd(book equipment.Book, b wire.FeedEndBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.EndFeed(b.Feed, a)
}

func (s *Server) feeds(q *asked, _ struct{}) (any, error) {
	st := s.Lab.State()
	out := wire.Feeds{Feeds: []wire.Feed{}}
	supervisor := st.Ask(q.Viewer, s.Lab.Now()).Supervisor
	for _, f := range st.Equipment.Feeds.All() {
		if supervisor || f.Owner == q.Subject {
			out.Feeds = append(out.Feeds, wire.Feed{ID: f.ID, Of: f.Of, Owner: st.Name(f.Owner), Names: f.Names, Since: f.Since})
		}
	}
	return out, nil
}

// feedCost is what one reading of a feed takes of its budget: a calendar asks each few minutes.
const feedCost = 20

// feed is GET /feed/SECRET.ics and .csv. Whatever is wrong with an address, the answer is the same.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	name, kind, _ := strings.Cut(r.PathValue("name"), ".")
	st, now := s.Lab.State(), s.Lab.Now()
	f, ok := st.Equipment.Feeds.Get(feedHash(name))
	if !ok || kind != "ics" && kind != "csv" || !st.Roster.Get(f.Owner).Valid(now) {
		s.fail(w, r, wire.ErrNotFound)
		return
	}
	if err := s.paced(f.ID, feedCost); err != nil {
		s.fail(w, r, err)
		return
	}
	var body bytes.Buffer
	media := "text/calendar; charset=utf-8"
	var err error
	if all := feedRows(st, f, now); kind == "ics" {
		err = calendar(&body, feedTitle(st, f), all)
	} else {
		media = "text/csv; charset=utf-8; header=present"
		err = bookingsCSV(&body, all)
	}
	if err != nil {
		s.fail(w, r, fmt.Errorf("server: feed: %w", err))
		return
	}
	sum := sha256.Sum256(body.Bytes())
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body.Bytes())) // answers 304 to who has it
}

// feedRow is a booking as a feed shows it.
type feedRow struct {
	equipment.Booking
	instruments []string // names
	owner       string   // "" unless names are shown
}

func feedRows(st *lab.State, f equipment.Feed, now time.Time) []feedRow {
	var out []feedRow
	for _, k := range st.Equipment.In(f, now) {
		row := feedRow{Booking: k}
		for _, it := range k.Items {
			i, _ := st.Equipment.Instruments.Get(it.Instrument)
			row.instruments = append(row.instruments, i.Name)
		}
		if f.Names {
			n := st.Name(k.Owner)
			row.owner = strings.TrimSpace(n.Title + " " + n.Name)
		}
		out = append(out, row)
	}
	return out
}

// feedTitle is how a calendar names a feed.
func feedTitle(st *lab.State, f equipment.Feed) string {
	if i, ok := st.Equipment.Instruments.Get(f.Of); ok {
		return i.Name
	}
	if f.Of == "lab" {
		return "Analyzers"
	}
	return "My bookings"
}
