package server

import (
	"maps"

	"github.com/seed-909bec58/readback/wire"
)

// present tells who is connected to any node, as far as it is known. It is for people who look; nothing is decided by it.
func (s *Server) present() wire.Connected {
	here := s.hub.Present()
	if s.Others == nil {
		return wire.Connected{People: here, Whole: !s.Lab.Store().Shared()}
	}
	others, known := s.Others()
	out := maps.Clone(here)
	for _, people := range others {
		for id, n := range people {
			out[id] += n
		}
	}
	return wire.Connected{People: out, Whole: known}
}

// devices fills in on how many devices whom a call would ask is connected, where that is known.
func (s *Server) devices(who wire.Who) wire.Who {
	at := s.present()
	for i := range who.Steps {
		for j := range who.Steps[i].To {
			p := &who.Steps[i].To[j]
			if n, on := at.People[p.ID]; on || at.Whole {
				p.Devices = &n
			}
		}
	}
	return who
}
