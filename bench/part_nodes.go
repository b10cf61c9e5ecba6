package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger/postgres"
)

// nodesPart starts one node after another on one PostgreSQL and one Redis, and last kills one.
func (b *bench) nodesPart() (err error) {
	x, err := b.beneath()
	if errors.Is(err, errNone) {
		b.say("  left out: %v", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer x.end(&err)
	home, err := b.dirFor("nodes")
	if err != nil {
		return err
	}
	var nodes []*node
	defer func() {
		for _, n := range nodes {
			n.end(&err)
		}
	}()
	for i := range 3 {
		n, err := b.member(x, home, i+1)
		if err != nil {
			return err
		}
		nodes = append(nodes, n)
		if err := b.across(nodes); err != nil {
			return fmt.Errorf("%d nodes: %w", len(nodes), err)
		}
	}
	return b.lostNode(x, nodes)
}

// member starts the nth node; before the first one the laboratory is furnished.
func (b *bench) member(x *beneath, home string, n int) (*node, error) {
	start := func() (*node, error) {
		name := fmt.Sprintf("n%d", n)
		dir := filepath.Join(home, name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err //nolint:wrapcheck // the system's own words
		}
		return b.serve(dir, "--postgres", x.postgres, "--redis", x.redis, "--node", name, "--key-file", filepath.Join(home, "site.keys"))
	}
	if n > 1 {
		return start()
	}
	first, err := start() // makes keys, schema and the first entry
	if err != nil {
		return nil, err
	}
	if err := first.stop(); err != nil {
		return nil, err
	}
	err = b.inPostgres(x, func(l *lab.Lab) error { return new(house).fill(b.ctx, l, len(b.house.techs)) })
	if err != nil {
		return nil, err
	}
	node, err := start()
	if err != nil {
		return nil, err
	}
	return node, b.house.acquaint(b.ctx, node.addr())
}

func (b *bench) inPostgres(x *beneath, do func(*lab.Lab) error) error {
	s, err := postgres.Open(b.ctx, x.postgres, postgres.Options{Site: "main", Node: "bench"})
	if err != nil {
		return err //nolint:wrapcheck // it says what is wrong
	}
	return errors.Join(onStore(b.ctx, s, "", do), s.Close())
}

// across sends to all nodes, and from the first to the last.
func (b *bench) across(nodes []*node) error {
	var addrs []string
	for _, n := range nodes {
		addrs = append(addrs, n.addr())
	}
	id := fmt.Sprintf("nodes/%d/", len(nodes))
	all, err := connect(b.ctx, b.house.techs[:10], nil, addrs[len(addrs)-1])
	if err != nil {
		return err
	}
	defer all.close()
	run := int64(len(nodes) * 1000)
	err = b.thrice(fmt.Sprintf("%d nodes", len(nodes)), func() error {
		run++
		yard, err := b.fdatasync()
		if err != nil {
			return err
		}
		got, err := b.saturate(nodes[0], b.house.result(run), 16, addrs...)
		if err != nil {
			return err
		}
		b.book.put(id+"rate", got.rate, yard.rate)
		run++
		took, _, _, err := b.spread(nodes[0], all, b.house.result(run), 20)
		if err != nil {
			return err
		}
		b.book.put(id+"p50", ms(quantile(took, 0.5)), ms(yard.p50))
		b.book.put(id+"p99", ms(quantile(took, 0.99)), ms(yard.p99))
		return nil
	})
	if err != nil {
		return err
	}
	b.book.point("nodes/rate", "nodes", "a second", float64(len(nodes)), b.book.last(id+"rate"))
	b.book.point("nodes/p99", "nodes", "ms", float64(len(nodes)), b.book.last(id+"p99"))
	return nodes[0].healthy()
}

// lostNode kills the node that takes the results while calls climb their ladders; the others go on.
func (b *bench) lostNode(x *beneath, nodes []*node) error {
	for _, n := range nodes {
		if err := n.stop(); err != nil {
			return err
		}
	}
	err := b.inPostgres(x, func(l *lab.Lab) error {
		return record(b.ctx, l, b.house.sue.id, b.house.published(l.Now().Truncate(time.Microsecond), 2))
	})
	if err != nil {
		return err
	}
	home := filepath.Dir(nodes[0].dir)
	first := 0
	return b.thrice("one of two nodes is killed", func() error {
		var two []*node
		for n := range 2 {
			node, err := b.member(x, home, n+2) // the first one would furnish again
			if err != nil {
				return err
			}
			two = append(two, node)
		}
		sent, err := b.alarm(two[0], 1_000_000+first, b.opt.span)
		first += sent
		killed := time.Now()
		two[0].kill()
		time.Sleep(2 * climbs)
		if stopped := two[1].stop(); err == nil {
			err = stopped
		}
		if err != nil {
			return err
		}
		return b.inPostgres(x, func(l *lab.Lab) error {
			took, _, err := rungsIn(b.ctx, l.Store(), 0, killed)
			if err == nil && len(took) == 0 {
				err = errNoRung
			}
			if err == nil {
				b.book.put("late/node", quantile(took, 1).Seconds(), 0)
			}
			return err
		})
	})
}
