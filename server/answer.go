package server

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/vault"
	"github.com/seed-909bec58/readback/wire"
)

// say answers with JSON.
func (s *Server) say(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		s.Log.Error("an answer could not be written", "error", err)
		status, text = http.StatusInternalServerError, []byte(`{"code":"internal","say":"Internal error."}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client may be gone
}

// fail answers with a problem.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.stats.refused.Add(1)
	p := s.problem(err)
	if wait, ok := p.Facts["seconds"].(int); ok {
		w.Header().Set("Retry-After", strconv.Itoa(wait))
	} else if errors.Is(err, wire.ErrCrowded) || errors.Is(err, wire.ErrBehind) {
		w.Header().Set("Retry-After", "5")
	}
	if p.Code == "signed-out" || p.Code == "token-refused" {
		w.Header().Set("WWW-Authenticate", `Bearer realm="readback"`)
	}
	s.say(w, wire.StatusOf(p.Code), p)
	_ = r
}

// problem turns an error into what crosses the line. What has no row in the table is logged whole, under a reference.
func (s *Server) problem(err error) *wire.Problem {
	var unfit *vault.UnfitError
	switch {
	case errors.As(err, &unfit):
		err = wire.Bad(strings.ToLower(unfit.What), "The "+unfit.What+" cannot be used: "+unfit.Why, "Choose another "+unfit.What+".")
	case errors.Is(err, vault.ErrLoginTaken):
		err = &wire.Refusal{Err: wire.ErrExists, Field: "person.login", Say: "Another person has this login.", Do: "Choose another login."}
	case errors.Is(err, vault.ErrNobody):
		err = wire.ErrNotFound
	case errors.Is(err, ErrTokenExpired):
		err = &wire.Refusal{Err: wire.ErrToken, Say: "The token's time is over."}
	case errors.Is(err, ErrToken):
		err = wire.ErrToken
	}
	p, _, ok := wire.ProblemOf(err)
	if !ok {
		ref := make([]byte, 6)
		_, _ = io.ReadFull(s.Rand, ref) // a reference may be zeroes; the log has the time too
		p.Ref = hex.EncodeToString(ref)
		s.stats.internal.Add(1)
		if !errors.Is(err, context.Canceled) {
			s.Log.Error("internal error", "ref", p.Ref, "error", err)
		}
	}
	return p
}

// body reads a request's JSON body strictly into v.
func body(w http.ResponseWriter, r *http.Request, most int64, v any) error {
	text, err := raw(w, r, most)
	if err != nil {
		return err
	}
	return wire.Read(text, v)
}

func raw(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, wire.Bad("Content-Type", "The body must be application/json.", "Set the header Content-Type.")
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, wire.Bad("Content-Encoding", "The body must not be compressed.", "Send it as it is.")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return nil, &wire.Refusal{Err: wire.ErrTooLarge, Facts: map[string]any{"most": most}}
	}
	if err != nil {
		return nil, wire.Bad("", "The body ended too early.", "Send it again.")
	}
	return text, nil
}

// signed lets only those in who are signed in, or bring a token.
func (s *Server) signed(next func(http.ResponseWriter, *http.Request, lab.Viewer)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := s.viewer(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		next(w, r, v)
	}
}
