package app

import (
	"context"
	"fmt"
	"os"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

// Where names a ledger for verbs that read it without a server, or beside one.
type Where struct {
	Data     string `name:"data" env:"READBACK_DATA" default:"readback-data" placeholder:"DIR" help:"Directory that serve was given."`
	Postgres string `name:"postgres" env:"READBACK_POSTGRES" placeholder:"URL" help:"The ledger is in this PostgreSQL."`
	KeyFile  string `name:"key-file" env:"READBACK_KEY_FILE" placeholder:"FILE" help:"File with the site's keys."`
	Site     string `name:"site" env:"READBACK_SITE" placeholder:"NAME" help:"The laboratory's name; default: whichever the directory has, main in PostgreSQL."`
}

// open opens the ledger to read it, and returns it with the site's name.
func (w Where) open(ctx context.Context) (ledger.Store, string, error) {
	if w.Postgres != "" {
		site := w.Site
		if site == "" {
			site = "main"
		}
		s, err := postgres.Open(ctx, w.Postgres, postgres.Options{Site: site, Node: "cli"})
		if err != nil {
			return nil, "", err
		}
		return s, site, nil
	}
	if _, err := os.Stat(w.Data); err != nil {
		return nil, "", fmt.Errorf("%w: --data %s: %w: give the directory of a ledger", ErrConfig, w.Data, err)
	}
	s, err := sqlite.OpenReadOnly(ctx, w.Data, w.Site)
	if err != nil {
		return nil, "", err
	}
	return s, s.Site(), nil
}

// signer returns the site's signer of checkpoints, from the keys beside the ledger.
func (w Where) signer(site string) (*ledger.Signer, error) {
	c := Config{Data: w.Data, KeyFile: w.KeyFile, Site: site}
	if w.Postgres != "" && w.KeyFile == "" {
		if _, err := os.Stat(w.Data); err != nil {
			return nil, fmt.Errorf("%w: give --key-file with the site's keys", ErrConfig)
		}
	}
	key, err := checkpointKey(c)
	if err != nil {
		return nil, err
	}
	s, err := ledger.NewSigner(site, key)
	if err != nil {
		return nil, err
	}
	return s, nil
}
