package server

import (
	"cmp"
	"slices"

	"github.com/seed-909bec58/readback/wire"
)

func (s *Server) listTokens(_ *asked, _ struct{}) (any, error) {
	out, now := wire.Tokens{Tokens: []wire.TokenView{}}, s.Lab.Now()
	for _, in := range s.Lab.State().Sessions.Open.All() {
		if in.Means == "token" && now.Before(in.Until) {
			out.Tokens = append(out.Tokens, wire.TokenView{ID: in.Session, Machine: in.Subject, Since: in.At, Until: in.Until})
		}
	}
	slices.SortFunc(out.Tokens, func(a, b wire.TokenView) int {
		return cmp.Or(cmp.Compare(a.Machine, b.Machine), a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}
