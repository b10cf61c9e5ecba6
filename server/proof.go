package server

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/wire"
)

func seq(i int) ledger.Seq { return ledger.Seq(i) }

// resultOf returns the result that a field of a read-back's body is about.
func resultOf(field string) (id string, ok bool) { return strings.CutPrefix(field, "values.") }

func (s *Server) doReceipt(q *asked, b wire.ReceiptBody) (any, error) {
	switch {
	case b.Call != "" && b.Seq != 0:
		return nil, wire.Bad("seq", "Exactly one of seq and call is to be given.", "Name the entry by its place, or the call whose end is meant.")
	case b.Call != "":
		return s.receiptOf(q, b.Call)
	}
	return s.receiptFor(q, b.Seq)
}

// conveys are the kinds of the entry by which a call came to somebody, or was ended without that.
var conveys = []string{"critical.read-back", "critical.telephoned", "critical.ended"}

// receiptOf proves the entry by which a call was conveyed, or else ended: who has only the call, days later, need not know
// the entry's place.
func (s *Server) receiptOf(q *asked, call string) (ledger.Receipt, error) {
	var es []ledger.Entry
	if strings.HasPrefix(call, "call/") {
		var err error
		if es, err = s.Lab.Store().About(q.ctx, call, s.Lab.State().Seq); err != nil {
			return ledger.Receipt{}, fmt.Errorf("server: %w", err)
		}
	}
	i := slices.IndexFunc(es, func(e ledger.Entry) bool { return slices.Contains(conveys, e.Kind) })
	if i < 0 {
		return ledger.Receipt{}, &wire.Refusal{Err: ledger.ErrReceipt, Say: "There is no such call that is over, or it is not yours to see.", Field: "call"}
	}
	return s.receiptFor(q, es[i].Seq)
}

// receiptFor proves an entry to who may see it. A receipt holds the leaf, never what it seals; the leaf names the test
// and the staff, so it is not for bare viewers.
func (s *Server) receiptFor(q *asked, at ledger.Seq) (ledger.Receipt, error) {
	none := &wire.Refusal{Err: ledger.ErrReceipt, Say: "There is no such entry, or it is not yours to see.", Field: "seq"}
	st := s.Lab.State()
	if at < 1 || at > st.Seq {
		return ledger.Receipt{}, none
	}
	es, err := s.Lab.Store().Read(q.ctx, at-1, 1)
	if err != nil {
		return ledger.Receipt{}, fmt.Errorf("server: %w", err)
	}
	if len(es) != 1 || !lab.May(st.Hears(q.Viewer, s.Lab.Now()), es[0].To) {
		return ledger.Receipt{}, none
	}
	r, err := s.Notary.Receipt(q.ctx, at)
	return r, err
}

func (s *Server) doConsistency(q *asked, b wire.ConsistencyBody) (any, error) {
	return s.consistent(q, b.From)
}

// consistent proves that the ledger only added to what it was at a size.
func (s *Server) consistent(q *asked, from int64) (wire.Consistency, error) {
	if from < 1 || from > int64(s.Lab.State().Seq) {
		return wire.Consistency{}, wire.Bad("from", "The ledger was never that long.", "Give the size of a checkpoint you hold. If you hold one that is longer, the ledger was restored: tell the administrator.")
	}
	note, err := s.Notary.Covering(q.ctx, ledger.Seq(from))
	if err != nil {
		return wire.Consistency{}, err
	}
	newer, err := ledger.OpenCheckpoint(note.Signed, s.Notary.Public())
	if err != nil {
		return wire.Consistency{}, fmt.Errorf("server: %w", err)
	}
	out := wire.Consistency{From: from, Checkpoint: note.Signed, Proof: []string{}, Key: s.Notary.Public()}
	if newer.Size == from {
		return out, nil
	}
	proof, err := ledger.Consistency(q.ctx, s.Lab.Store(), ledger.Checkpoint{Origin: newer.Origin, Size: from}, newer)
	if err != nil {
		return out, fmt.Errorf("server: %w", err)
	}
	for _, h := range proof {
		out.Proof = append(out.Proof, base64.StdEncoding.EncodeToString(h[:]))
	}
	return out, nil
}

func (s *Server) receipt(w http.ResponseWriter, r *http.Request, v lab.Viewer) {
	call := r.PathValue("call")
	at, err := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	if err != nil && call == "" {
		s.fail(w, r, wire.Bad("seq", "The entry's place must be a whole number.", "Check the address."))
		return
	}
	q := &asked{ctx: r.Context(), Viewer: v}
	var out ledger.Receipt
	if err = q.allowed(s.Lab.State(), s.Lab.Now()); err == nil && call != "" {
		out, err = s.receiptOf(q, "call/"+call)
	} else if err == nil {
		out, err = s.receiptFor(q, ledger.Seq(at))
	}
	var text []byte
	if err == nil {
		text, err = out.JSON()
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) //nolint:gosec // JSON, with nosniff; and the client may be gone
}

func (s *Server) consistency(w http.ResponseWriter, r *http.Request, v lab.Viewer) {
	from, err := strconv.ParseInt(r.URL.Query().Get("from"), 10, 64)
	if err != nil {
		s.fail(w, r, wire.Bad("from", "The size must be a whole number.", "Give ?from=SIZE."))
		return
	}
	out, err := s.consistent(&asked{ctx: r.Context(), Viewer: v}, from)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.say(w, http.StatusOK, out)
}
