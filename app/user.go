package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/roster"
)

type userAddCmd struct {
	Remote

	Postgres string `name:"postgres" env:"READBACK_POSTGRES" placeholder:"URL" help:"Without a server: the database."`
	KeyFile  string `name:"key-file" env:"READBACK_KEY_FILE" placeholder:"FILE" help:"Without a server: the site's keys."`
	Site     string `name:"site" env:"READBACK_SITE" default:"main" placeholder:"NAME" help:"Without a server: the laboratory's name."`

	User       string   `arg:"" name:"user" help:"The new person's login. The password is asked for, or taken from READBACK_NEW_PASSWORD."`
	Name       string   `name:"name" required:"" help:"Full name, as others read it."`
	Title      string   `name:"title" help:"Such as Dr or RN."`
	Role       string   `name:"role" required:"" enum:"technician,clinician,supervisor,director,administrator,clerk" help:"${enum}."`
	Receives   bool     `name:"receives" help:"May receive a read-back."`
	Profession string   `name:"profession" help:"Of a clinician: physician, nurse, midwife, pharmacist, or another of the site's."`
	Units      []string `name:"units" help:"Units whose calls the person hears at all times."`
	Codes      []string `name:"codes" help:"The person's staff codes in senders' messages."`
}

// Run admits a person: over the server when one runs, else straight into the ledger.
func (c userAddCmd) Run(ctx context.Context, s streams) error {
	p := roster.Person{
		Login: c.User, Name: c.Name, Title: c.Title, Role: roster.Role(c.Role), Receives: c.Receives, Profession: c.Profession, Units: c.Units, Codes: c.Codes,
	}
	_, err := os.Stat(filepath.Join(c.Data, servingFile))
	serves := c.Server != "" || err == nil
	if serves {
		cl, err := c.dial(ctx, s)
		if err != nil {
			return fmt.Errorf("a server runs, so an administrator admits people over it (--login): %w", err)
		}
		password, err := secret(s, "READBACK_NEW_PASSWORD", "Password for "+c.User+": ")
		if err != nil {
			return err
		}
		id, err := cl.Admit(ctx, p, password)
		return said(s, err, c.User+" is admitted as "+id)
	}
	return c.offline(ctx, s, p)
}

// offline admits a person while no server runs. Vault first, then the entry that makes it valid.
func (c userAddCmd) offline(ctx context.Context, s streams, p roster.Person) (err error) {
	cfg := Config{Data: c.Data, Postgres: c.Postgres, KeyFile: c.KeyFile, Site: c.Site, Zone: localZone(), Node: "cli"}
	if c.Postgres == "" {
		if _, err := os.Stat(filepath.Join(c.Data, checkpointKeyFile)); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: --data %s holds no laboratory: start serve there first, or give --server", ErrConfig, c.Data)
		}
	}
	if err := cfg.check(); err != nil {
		return err
	}
	r := &Readback{cfg: cfg, log: logger(s.err, false), stop: func() {}}
	defer func() { err = errors.Join(err, r.Close()) }()
	k, err := keys(cfg)
	if err != nil {
		return err
	}
	signer, err := ledger.NewSigner(cfg.Site, k.Checkpoint)
	if err != nil {
		return err
	}
	store, err := r.openStore(ctx, signer.Public())
	if err != nil {
		return err
	}
	if err := r.openLab(ctx, store, signer, nil); err != nil {
		return err
	}
	random := make([]byte, 10)
	if _, err := rand.Read(random); err != nil {
		return fmt.Errorf("user add: %w", err)
	}
	p.ID = "person/" + strings.ToLower(base32.HexEncoding.EncodeToString(random))
	check := func(st *lab.State) error { return st.Roster.CheckPerson(&p) }
	if err := check(r.Lab.State()); err != nil {
		return err
	}
	password, err := secret(s, "READBACK_NEW_PASSWORD", "Password for "+c.User+": ")
	if err != nil {
		return err
	}
	if err := r.Vault.SetPassword(ctx, p.ID, p.Login, password); err != nil {
		return err
	}
	_, err = r.Lab.Record(ctx, lab.Actor{By: "machine/cli"}, lab.Key{}, func(st *lab.State, _ time.Time) ([]lab.Event, error) {
		if err := check(st); err != nil {
			return nil, err
		}
		return []lab.Event{&roster.Admitted{Person: p}}, nil
	})
	return said(s, err, c.User+" is admitted as "+p.ID)
}
