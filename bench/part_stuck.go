package main

import (
	"fmt"
	"time"
)

// others is how many screens read while one does not.
const others = 20

// stuckPart compares what screens wait for while all read with what they wait for while one of them has stopped.
func (b *bench) stuckPart() (err error) {
	n, err := b.fresh("stuck")
	if err != nil {
		return err
	}
	defer n.end(&err)
	err = b.thrice("one screen stops reading", func() error {
		p99 := map[bool]float64{}
		for _, stops := range []bool{false, true} {
			took, err := b.beside(n, stops)
			if err != nil {
				return err
			}
			p99[stops] = ms(quantile(took, 0.99))
		}
		b.book.put("stuck/p99", p99[true], p99[false])
		return nil
	})
	if err != nil {
		return err
	}
	m, err := n.metrics()
	if err == nil && m["slow_total"] == 0 && !b.opt.quick {
		err = fmt.Errorf("no screen was cut for not reading: the figure says nothing")
	}
	if err != nil {
		return err
	}
	return n.healthy()
}

// beside sends entries by a schedule to screens that read, beside one that may have stopped.
func (b *bench) beside(n *node, stops bool) ([]time.Duration, error) {
	all, err := connect(b.ctx, b.house.techs[:others], nil, n.addr())
	if err != nil {
		return nil, err
	}
	defer all.close()
	lazy, err := dial(b.ctx, n.addr(), b.house.techs[others], -1, 0, true)
	if err != nil {
		return nil, err
	}
	go lazy.read()
	defer lazy.close()
	<-lazy.started
	lazy.stuck.Store(stops)
	// What the kernel keeps for a socket, some megabytes, is filled first: until then nobody is stuck.
	if err := b.flood(server{n, "readback"}, all, func(string, float64) {}); err != nil {
		return nil, err
	}
	took, _, _, err := b.spread(n, all, b.house.gate(), 50)
	return took, err
}
