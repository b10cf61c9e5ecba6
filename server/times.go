package server

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/wire"
)

// errNoAudit is for a node that keeps no tables.
var errNoAudit = &wire.Refusal{Err: wire.ErrNotFound, Say: "This node keeps no notification times.", Do: "Ask another node."}

func (s *Server) times(q *asked, b wire.TimesBody) (any, error) {
	return s.timesOf(q, b)
}

func (s *Server) timesOf(q *asked, b wire.TimesBody) (wire.Times, error) {
	if s.Audit == nil {
		return wire.Times{}, errNoAudit
	}
	query, err := audit.Asked(b, s.zone(), s.Lab.Now())
	if err != nil {
		return wire.Times{}, err
	}
	return s.Audit.Times(q.ctx, query)
}

// rebuildTimes throws this node's tables away; they are read again while it serves.
func (s *Server) rebuildTimes(q *asked, _ struct{}) (any, error) {
	if s.Audit == nil {
		return nil, errNoAudit
	}
	if err := s.Audit.Rebuild(q.ctx); err != nil {
		return nil, err
	}
	return wire.Rebuilding{Entries: int64(s.Lab.State().Seq)}, nil
}

// zone is the site's time zone.
func (s *Server) zone() *time.Location {
	zone, err := time.LoadLocation(s.Lab.State().Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// timesCSV is GET /api/times.csv?from=&to=&by=&unit=&analyte=&tier=.
func (s *Server) timesCSV(w http.ResponseWriter, r *http.Request, v lab.Viewer) {
	var text bytes.Buffer
	err := s.writeTimes(&text, r, v)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="notification-times.csv"`)
	_, _ = w.Write(text.Bytes()) // the client may be gone
}

func (s *Server) writeTimes(to *bytes.Buffer, r *http.Request, v lab.Viewer) error {
	q := &asked{ctx: r.Context(), Viewer: v, roles: commands[wire.DoTimes].roles}
	if err := q.allowed(s.Lab.State(), s.Lab.Now()); err != nil {
		return err
	}
	var b wire.TimesBody
	known := map[string]*string{"from": &b.From, "to": &b.To, "by": &b.By, "unit": &b.Unit, "analyte": &b.Analyte, "tier": &b.Tier}
	for name, values := range r.URL.Query() {
		field, ok := known[name]
		if !ok || len(values) != 1 {
			return wire.Bad(name, fmt.Sprintf("The field %q is not known, or came more than once.", name), "Give from, to, by, unit, analyte and tier, each once.")
		}
		*field = values[0]
	}
	t, err := s.timesOf(q, b)
	if err != nil {
		return err
	}
	if err := audit.CSV(to, t); err != nil {
		return errors.Join(errors.New("server: times"), err)
	}
	return nil
}
