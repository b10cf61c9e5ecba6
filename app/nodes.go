package app

import (
	"context"

	"github.com/seed-909bec58/readback/ledger/redis"
	"github.com/seed-909bec58/readback/wire"
)

// nodes is what this node shares with the others of its site over Redis. All may be missing.
type nodes struct {
	bell     *redis.Bell
	presence *redis.Presence
}

// tellNodes tells the other nodes who is connected here, from now on.
func (r *Readback) tellNodes(ctx context.Context) error {
	if r.cfg.Redis == "" {
		return nil
	}
	p, err := redis.Tell(ctx, r.cfg.Redis, redis.Told{
		Site: r.cfg.Site, Ledger: r.Notary.Public(), Node: r.cfg.Node, Here: r.Server.Hub().Present, Log: r.log,
	})
	if err != nil {
		return err //nolint:wrapcheck // it says what is wrong and what to do
	}
	r.nodes.presence = p
	r.closes = append(r.closes, p.Close)
	return nil
}

// others tells who is connected to the other nodes; nil where nobody could know.
func (r *Readback) others() func() (map[string]map[string]int, bool) {
	if r.cfg.Redis == "" {
		return nil
	}
	return func() (map[string]map[string]int, bool) {
		if r.nodes.presence == nil {
			return nil, false
		}
		all, known := r.nodes.presence.Nodes()
		out := make(map[string]map[string]int, len(all))
		for _, n := range all {
			if n.Node != r.cfg.Node {
				out[n.Node] = n.People
			}
		}
		return out, known
	}
}

// ringsBack rings the bell and hears it; nil without one.
func (r *Readback) ringsBack() func(context.Context) error {
	if r.nodes.bell == nil {
		return nil
	}
	return r.nodes.bell.Try
}

// status tells of the other nodes; nil where there can be none.
func (n *nodes) status(shared bool) *wire.NodesStatus {
	switch {
	case !shared:
		return nil
	case n.bell == nil || n.presence == nil:
		return &wire.NodesStatus{
			Why: "No Redis is given, so nodes look for what is new each second, and who is connected to the others is not known.",
			Do:  "Give --redis if that is wanted.",
		}
	}
	all, known := n.presence.Nodes()
	out := &wire.NodesStatus{Bell: n.bell.Up(), Known: known}
	for _, o := range all {
		out.Nodes = append(out.Nodes, wire.NodeStatus{Node: o.Node, Screens: o.Screens, People: len(o.People)})
	}
	f := n.bell.Fault()
	if f == nil {
		f = n.presence.Fault()
	}
	if f != nil {
		out.Bell = out.Bell && n.bell.Fault() == nil
		out.Why, out.Do = f.Why, f.Do
	}
	return out
}
