package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/app/demo"
)

type demoCmd struct {
	HTTP     string        `name:"http" env:"READBACK_HTTP" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Where browsers connect; port 0 picks a free one."`
	MLLP     string        `name:"mllp" env:"READBACK_MLLP" default:"127.0.0.1:2575" placeholder:"ADDR" help:"Where HL7 v2 is sent."`
	Data     string        `name:"data" placeholder:"DIR" help:"Keep the demonstration here; default: a directory that is removed at the end."`
	Postgres string        `name:"postgres" env:"READBACK_POSTGRES" placeholder:"URL" help:"Keep it in PostgreSQL."`
	Redis    string        `name:"redis" env:"READBACK_REDIS" placeholder:"URL" help:"Bell between nodes."`
	Node     string        `name:"node" env:"READBACK_NODE" placeholder:"NAME" help:"This node's name."`
	KeyFile  string        `name:"key-file" env:"READBACK_KEY_FILE" placeholder:"FILE" help:"File with the site's keys."`
	Seed     int64         `name:"seed" default:"1" help:"Same seed, same hospital."`
	Pace     time.Duration `name:"pace" default:"6s" help:"Mean time between messages."`
	For      time.Duration `name:"for" help:"Stop after this time; default: run until stopped."`
	JSON     bool          `name:"json" env:"READBACK_JSON" help:"Print JSON lines only; the first, when ready, has the addresses and sign-ins."`
}

// Run starts a Readback, furnishes it as a hospital, and feeds it until it is told to stop.
func (c *demoCmd) Run(ctx context.Context, s streams) (err error) {
	cfg := Config{
		HTTP: c.HTTP, MLLP: c.MLLP, Data: c.Data, Postgres: c.Postgres, Redis: c.Redis, Node: c.Node, KeyFile: c.KeyFile,
		Site: "demo", Zone: localZone(), JSON: c.JSON,
	}
	if c.Data == "" {
		if cfg.Data, err = os.MkdirTemp("", "readback-demo-*"); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(cfg.Data)) }()
	}
	r, err := Start(ctx, cfg, logger(s.err, c.JSON), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	zone, err := time.LoadLocation(cfg.Zone)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	how := demo.Config{
		HTTP: r.HTTP, MLLP: r.MLLP, Setup: r.Server.SetupLink(r.HTTP), Seed: c.Seed, Pace: c.Pace, For: c.For, Zone: zone,
		Log: func(line string) {
			if !c.JSON {
				fmt.Fprintf(s.out, "%s  %s\n", time.Now().Format("15:04:05"), line)
			}
		},
	}
	if !c.JSON {
		fmt.Fprintln(s.out, "Furnishing a hospital …")
	}
	people, err := demo.Furnish(ctx, how)
	if err != nil {
		return err
	}
	what := ready{HTTP: r.HTTP, MLLP: r.MLLP, Signins: []signin{}}
	for _, p := range people {
		what.Signins = append(what.Signins, signin{Login: p.Login, Password: p.Password, Role: p.Role, Name: p.Name})
	}
	if err := r.tell(s.out, what, c.JSON); err != nil {
		return err
	}
	run, stop := context.WithCancel(ctx)
	var feeding sync.WaitGroup
	var fed error
	feeding.Go(func() {
		defer stop()
		fed = demo.Run(run, how)
	})
	err = r.Wait(run)
	stop()
	feeding.Wait()
	if errors.Is(fed, context.Canceled) {
		fed = nil
	}
	return errors.Join(err, fed)
}
