package server

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/channels"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/vault"
	"github.com/seed-909bec58/readback/wire"
)

// SessionLife is how long a sign-in of a person lasts at most, and DeviceLife that of a device.
const (
	SessionLife = 12 * time.Hour
	DeviceLife  = 30 * 24 * time.Hour
)

// Deps is what a Server is made of. Lab, Vault, Notary, Secret and SessionKey must be there.
type Deps struct {
	Lab    *lab.Lab
	Vault  *vault.Vault
	Notary *lab.Notary
	Static fs.FS        // the web app, from its root; nil: none
	Log    *slog.Logger // nil: discards
	Rand   io.Reader    // nil: crypto/rand

	// Secret is the site's own secret, the same on all nodes: under it the contents of commands are digested for their
	// idempotency keys, so that what was typed cannot be guessed from a leaf.
	Secret []byte
	// SessionKey signs the tokens of programs; KeyBefore is the public half of the one before it, if there was one.
	SessionKey ed25519.PrivateKey
	KeyBefore  ed25519.PublicKey

	Behind  []netip.Prefix  // networks of proxies that end TLS and may set X-Forwarded-For and X-Forwarded-Proto
	Origins []string        // further origins of our own, "https://readback.example"
	Scripts []string        // CSP hashes of inline scripts, "sha256-…", besides the import maps of Static's pages
	Hub     channels.Config // times and counts of the connections; what New knows it sets itself
	Stale   time.Duration   // after so long without knowing that it has everything a node is not ready; 0: 10 s
	// Audit has the notification times; nil: none are kept.
	Audit *audit.Audit
	// Beneath fills in how that is on which this node stands: disk, database, senders, files; nil: not known.
	Beneath func(ctx context.Context, s *wire.Status)
	// Others tells who is connected to the other nodes, by their names, and whether that is known; nil: nobody could know.
	Others func() (people map[string]map[string]int, known bool)
	// Bell rings and returns when this node has heard it as the others do; nil: there is no bell.
	Bell func(ctx context.Context) error
	// Alone tells how many open calls have none of their people connected here; nil: not known.
	Alone func() int
	// Retry files a message that waits in quarantine, for who may; nil: no door can.
	Retry func(ctx context.Context, by lab.Actor, key lab.Key, may func(*lab.State, time.Time) error, work string) (lab.Done, error)
	// Missed tells how many receipts of called people's screens were awaited in vain; nil: not known.
	Missed func() int64
}

// Server answers everything that comes over HTTP.
type Server struct {
	Deps
	hub     *channels.Hub
	tokens  *Tokens
	limiter vault.Limiter
	origins map[string]bool
	cross   *http.CrossOriginProtection
	handler http.Handler
	pages   map[string]page // the web app, by name
	setup   atomic.Pointer[setup]
	stats   stats
	refused *refusals
	pace    pace
	probe   probe
	leaving atomic.Bool
	stop    context.CancelFunc // ends what runs beside the requests
	beside  sync.WaitGroup
}

type stats struct{ requests, refused, internal, signIns, wrong, limited, paced atomic.Int64 }

// New returns the server of a lab. Close it with Drain.
func New(d Deps) (*Server, error) {
	if d.Lab == nil || d.Vault == nil || d.Notary == nil || len(d.Secret) < 16 || len(d.SessionKey) != ed25519.PrivateKeySize {
		return nil, errors.New("server: lab, vault, notary, secret and session key are needed")
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	if d.Stale <= 0 {
		d.Stale = oldest
	}
	s := &Server{Deps: d, origins: map[string]bool{}, cross: http.NewCrossOriginProtection(), refused: newRefusals()}
	for _, o := range d.Origins {
		own, err := originOf(o)
		if err != nil {
			return nil, err
		}
		s.origins[own] = true
		if err := s.cross.AddTrustedOrigin(own); err != nil {
			return nil, errors.Join(errors.New("server: origin "+o), err)
		}
	}
	public, ok := d.SessionKey.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("server: the session key has no public half")
	}
	keys := []ed25519.PublicKey{public}
	if d.KeyBefore != nil {
		keys = append(keys, d.KeyBefore)
	}
	var err error
	s.tokens, err = NewTokens(TokenConfig{
		Issuer: issuer(d.Lab), Audience: issuer(d.Lab), Keys: keys, Now: time.Now, Revoked: s.revoked,
	})
	if err != nil {
		return nil, err
	}
	if err := s.openSetup(); err != nil {
		return nil, err
	}
	if d.Static != nil {
		maps, err := importMaps(d.Static)
		if err != nil {
			return nil, err
		}
		s.Scripts = append(slices.Clip(s.Scripts), maps...)
		if s.pages, err = pagesOf(d.Static); err != nil {
			return nil, err
		}
	}
	d.Hub.Lab, d.Hub.Log, d.Hub.Do, d.Hub.Problem = d.Lab, d.Log, s.do, s.problem
	d.Hub.Unlock, d.Hub.Cost, d.Hub.Pace = s.unlock, costs, s.paced
	s.hub = channels.New(d.Hub)
	s.handler = s.routes()
	run, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.beside.Go(func() { s.recordRefusals(run) })
	s.beside.Go(func() { s.sendElsewhere(run) })
	return s, nil
}

// originOf returns the one form of an origin: scheme and host, nothing else.
func originOf(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("server: origin " + text + ": give it as https://host or https://host:port")
	}
	return u.Scheme + "://" + u.Host, nil
}

// Hub returns the server's connections.
func (s *Server) Hub() *channels.Hub { return s.hub }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// routes is every route. What needs someone signed in says so here.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/sign-in", s.signIn)
	mux.HandleFunc("POST /api/sign-out", s.signOut)
	mux.HandleFunc("POST /api/setup", s.setUp)
	mux.HandleFunc("GET /api/me", s.signed(s.me))
	mux.HandleFunc("GET /ws", s.ws)
	mux.HandleFunc("POST /api/do/{command}", s.signed(s.post))
	mux.HandleFunc("POST /api/do/lock", s.signed(s.lock))
	mux.HandleFunc("GET /api/receipt/{seq}", s.signed(s.receipt))
	mux.HandleFunc("GET /api/receipt/call/{call}", s.signed(s.receipt))
	mux.HandleFunc("GET /api/consistency", s.signed(s.consistency))
	mux.HandleFunc("GET /api/times.csv", s.signed(s.timesCSV))
	mux.HandleFunc("GET /api/openapi.json", s.openapi)
	mux.HandleFunc("GET /api/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, wire.ErrNotFound) })
	mux.HandleFunc("GET /feed/{name}", s.feed)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /metrics", s.metrics)
	if s.Static != nil {
		mux.Handle("GET /", static(s.pages))
	}
	return s.guard(mux)
}
