package server

import (
	"fmt"
	"strings"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// story tells one call from the ledger. It holds no patient data, so that who must judge how calls go may read any.
func (s *Server) story(q *asked, b wire.StoryBody) (any, error) {
	st := s.Lab.State()
	id := b.Call
	if c, ok := st.Critical.Find(b.Call); ok {
		id = c.ID
	} else if !strings.HasPrefix(id, "call/") && s.Audit != nil {
		found, ok, err := s.Audit.Find(q.ctx, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, errNoStory
		}
		id = found
	}
	if !strings.HasPrefix(id, "call/") {
		return nil, errNoStory
	}
	es, err := s.Lab.Store().About(q.ctx, id, st.Seq)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if len(es) == 0 {
		return nil, errNoStory
	}
	out, err := audit.Story(id, es, st.Name, func(person string) (named, role bool) {
		p := st.Roster.Get(person)
		return p != nil && audit.FullName(p.Name), p != nil && p.Role != ""
	})
	return out, err
}

// errNoStory refuses a call that never was.
var errNoStory = &wire.Refusal{
	Err: critical.ErrUnknown, Say: "No call was ever spoken of by this.", Do: "Check the reference, or give the call's id.", Field: "call",
}
