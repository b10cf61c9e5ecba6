package app

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/channels"
	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/redis"
	"github.com/seed-909bec58/readback/ledger/sqlite"
	"github.com/seed-909bec58/readback/notify"
	"github.com/seed-909bec58/readback/server"
	"github.com/seed-909bec58/readback/static"
	"github.com/seed-909bec58/readback/vault"
	"github.com/seed-909bec58/readback/wire"
)

// servingFile tells verbs on the same machine where the server is.
const servingFile = "serving.json"

// Readback is one running node.
type Readback struct {
	HTTP string // "http://127.0.0.1:8080"
	MLLP string // "127.0.0.1:2575", or empty

	Lab    *lab.Lab
	Vault  *vault.Vault
	Server *server.Server
	Door   *hl7.Server
	HL7    *hl7.Door // what came through Door, and from whom
	Notary *lab.Notary
	Audit  *audit.Audit

	cfg    Config
	log    *slog.Logger
	closes []func() error // in the order of opening
	stop   context.CancelFunc
	run    sync.WaitGroup
	http   *http.Server
	reach  *notify.Follower
	nodes  nodes
	how    server.Listening

	beneath  beneath
	downtime downtime

	serves []func() // on the addresses that are bound
	began  time.Time
	failed chan error // size 1: the first failure of a listener
}

// Start starts one Readback and returns when it serves. What was opened is closed again if that fails.
func Start(ctx context.Context, cfg Config, log *slog.Logger, progress func(done, all int64)) (_ *Readback, err error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	r := &Readback{cfg: cfg, log: log, began: time.Now().UTC(), failed: make(chan error, 1), stop: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	k, err := keys(cfg)
	if err != nil {
		return nil, err
	}
	signer, err := ledger.NewSigner(cfg.Site, k.Checkpoint)
	if err != nil {
		return nil, err
	}
	store, err := r.openStore(ctx, signer.Public())
	if err != nil {
		return nil, err
	}
	if err := r.openLab(ctx, store, signer, progress); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(r.Lab.State().Zone)
	if err != nil {
		return nil, fmt.Errorf("%w: zone of the ledger: %w", ErrConfig, err)
	}
	r.HL7 = hl7.NewDoor(r.Lab, k.Site, zone, nil, log)
	if err := r.openAudit(ctx); err != nil {
		return nil, err
	}
	if err := r.openDowntime(); err != nil {
		return nil, err
	}
	if err := r.openServer(ctx, k); err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	if err := r.listen(ctx, run); err != nil { // before anything is recorded: a bad address changes nothing
		return nil, err
	}
	r.run.Go(func() { r.Lab.Keep(run) })
	r.run.Go(func() { r.Notary.Run(run) })
	r.run.Go(func() { r.watch(run) })
	r.run.Go(func() { r.Audit.Run(run) })
	r.run.Go(func() { r.keepDowntime(run) })
	r.run.Go(func() { r.reach.Run(run) })
	for _, serve := range r.serves {
		r.run.Go(serve)
	}
	return r, r.announce()
}

// openStore opens ledger and vault: SQLite under --data, or PostgreSQL.
func (r *Readback) openStore(ctx context.Context, public string) (ledger.Store, error) {
	c := r.cfg
	if c.Postgres == "" {
		if err := makeDir(c.Data); err != nil {
			return nil, err
		}
		s, err := sqlite.Open(ctx, c.Data, sqlite.Options{Site: c.Site, Wall: c.Wall, Reserve: c.Reserve})
		if err != nil {
			return nil, err
		}
		r.closes = append(r.closes, s.Close)
		dsn, err := vault.SQLiteFile(filepath.Join(c.Data, vaultFile))
		if err != nil {
			return nil, err
		}
		db, err := sql.Open("sqlite", dsn)
		if err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
		r.closes = append(r.closes, db.Close)
		return s, r.openVault(ctx, db, vault.SQLite)
	}
	s, err := postgres.Open(ctx, c.Postgres, postgres.Options{Site: c.Site, Node: c.Node, Key: public, Wall: c.Wall})
	if err != nil {
		return nil, err
	}
	r.closes = append(r.closes, s.Close)
	db, err := s.DB(ctx)
	if err != nil {
		return nil, err
	}
	r.closes = append(r.closes, db.Close)
	return s, r.openVault(ctx, db, vault.PostgreSQL)
}

func (r *Readback) openVault(ctx context.Context, db *sql.DB, d vault.Dialect) error {
	v, err := vault.Open(ctx, db, vault.Config{Dialect: d, Site: r.cfg.Site})
	if err != nil {
		return err
	}
	r.Vault = v
	return nil
}

func (r *Readback) openLab(ctx context.Context, store ledger.Store, signer *ledger.Signer, progress func(done, all int64)) error {
	c := lab.Config{
		Store: store, Site: r.cfg.Site, Zone: r.cfg.Zone, Node: r.cfg.Node, Public: signer.Public(), Log: r.log, Progress: progress,
	}
	if r.cfg.Data != "" && r.cfg.Postgres == "" {
		c.Snapshot = filepath.Join(r.cfg.Data, "snapshot")
	}
	if r.cfg.Redis != "" {
		bell, err := redis.Open(ctx, r.cfg.Redis, r.cfg.Site, r.log)
		if err != nil {
			return err
		}
		r.closes = append(r.closes, bell.Close)
		c.Bell, r.nodes.bell = bell, bell
	}
	l, err := lab.Open(ctx, c)
	if err != nil {
		return err
	}
	r.Lab = l
	r.closes = append(r.closes, l.Close)
	if err := r.beginEpoch(ctx); err != nil {
		return err
	}
	if r.Notary, err = lab.NewNotary(ctx, l, signer); err != nil {
		return err
	}
	return nil
}

// beginEpoch records, after a restore, from what the ledger goes on.
func (r *Readback) beginEpoch(ctx context.Context) error {
	if r.cfg.Data == "" {
		return nil
	}
	path := filepath.Join(r.cfg.Data, restoredFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var mark struct {
		Size int64  `json:"size"`
		Root string `json:"root"`
	}
	if err == nil {
		err = json.Unmarshal(b, &mark)
	}
	if err != nil {
		return fmt.Errorf("%w: %s cannot be read: %w: restore the backup again", errBackup, path, err)
	}
	_, err = r.Lab.Record(ctx, lab.Clock, lab.Key{}, func(s *lab.State, _ time.Time) ([]lab.Event, error) {
		if s.Before == mark.Size {
			return nil, nil // begun, and the mark was not removed in time
		}
		return []lab.Event{&wire.EpochBegan{Epoch: s.Epoch + 1, Size: mark.Size, Root: mark.Root, Why: "restored"}}, nil
	})
	if err != nil {
		return fmt.Errorf("begin a new epoch: %w", err)
	}
	return os.Remove(path)
}

func (r *Readback) openServer(ctx context.Context, k vault.Keys) error {
	var behind []netip.Prefix
	for _, b := range r.cfg.Behind {
		p, err := netip.ParsePrefix(b)
		if err != nil {
			return fmt.Errorf("%w: --behind %q: give a network such as 10.0.0.0/8", ErrConfig, b)
		}
		behind = append(behind, p)
	}
	r.how = server.Listening{Addr: r.cfg.HTTP, CertFile: r.cfg.TLSCert, KeyFile: r.cfg.TLSKey, Behind: behind}
	// The server shows what the follower counts, and the follower asks the server who is connected.
	r.reach = notify.New(notify.Config{Lab: r.Lab, Log: r.log, Connected: func(person string) int { return r.Server.Hub().Connected(person) }})
	s, err := server.New(server.Deps{
		Lab: r.Lab, Vault: r.Vault, Notary: r.Notary, Static: static.Files, Log: r.log, Secret: k.Site,
		SessionKey: k.Session, KeyBefore: k.Before, Behind: behind, Origins: r.cfg.Origins, Alone: r.reach.Alone, Audit: r.Audit,
		Hub: channels.Config{Gone: r.reach.Gone}, Missed: r.reach.Missed, Beneath: r.status, Retry: r.HL7.Retry, Others: r.others(), Bell: r.ringsBack(),
	})
	if err != nil {
		return err
	}
	r.Server = s
	return r.tellNodes(ctx)
}

// listen opens both doors. Plain HTTP is for this machine only, or for a proxy that ends TLS.
// It only binds them: serves serves.
func (r *Readback) listen(ctx, run context.Context) error {
	ln, err := r.how.Listen(ctx)
	switch {
	case errors.Is(err, server.ErrPlain):
		return fmt.Errorf("%w: --http %s: %w", ErrConfig, r.cfg.HTTP, err) // it says what to do
	case err != nil:
		return fmt.Errorf("%w: --http %s: %w: give a free address, or port 0", ErrConfig, r.cfg.HTTP, err)
	}
	scheme := "http"
	if r.cfg.TLSCert != "" {
		scheme = "https"
	}
	r.HTTP = scheme + "://" + ln.Addr().String()
	r.http = server.HTTP(r.Server, r.log)
	r.serves = append(r.serves, func() {
		if err := r.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			r.fail(fmt.Errorf("http: %w", err))
		}
	})
	if err := r.listenMLLP(ctx, run); err != nil {
		return errors.Join(err, ln.Close())
	}
	return nil
}

func (r *Readback) fail(err error) {
	select {
	case r.failed <- err:
	default:
	}
}

// announce leaves the addresses for verbs on this machine.
func (r *Readback) announce() error {
	if r.cfg.Data == "" {
		return nil
	}
	if err := makeDir(r.cfg.Data); err != nil {
		return err
	}
	b, err := json.Marshal(map[string]any{"http": r.HTTP, "mllp": r.MLLP, "pid": os.Getpid(), "node": r.cfg.Node})
	if err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	path := filepath.Join(r.cfg.Data, servingFile)
	r.closes = append(r.closes, func() error { return os.Remove(path) })
	return os.WriteFile(path, b, 0o600)
}

// watch checks the invariants each minute and says what does not hold.
func (r *Readback) watch(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			// What falls due this moment is Keep's, not a fault.
			for _, fault := range r.Lab.State().Faults(r.Lab.Now().Add(-5 * time.Second)) {
				r.log.Error("an invariant does not hold", "fault", fault)
			}
		case <-ctx.Done():
			return
		}
	}
}

// Wait returns when ctx ends (nil), or when the node can no longer do its work.
func (r *Readback) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-r.failed:
		return err
	case <-r.Lab.Broken():
		return r.Lab.Ready()
	}
}

// drainTime is how long connections may take to end when the node stops.
const drainTime = 10 * time.Second

// Close stops serving, lets what was taken finish, and closes everything. It may be called once.
func (r *Readback) Close() error {
	var errs []error
	if r.http != nil {
		r.Server.Leave()
		if r.cfg.Leave > 0 {
			<-time.After(r.cfg.Leave)
		}
		ctx, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		if err := r.Server.Drain(ctx); err != nil {
			r.log.Warn("connections were cut", "error", err)
		}
		if err := r.http.Shutdown(ctx); err != nil {
			errs = append(errs, r.http.Close())
		}
	}
	r.stop()
	r.run.Wait()
	for _, end := range slices.Backward(r.closes) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}
