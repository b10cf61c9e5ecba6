package main

import (
	"fmt"
	"time"
)

// settle is how long connections are left alone before memory is read: every one has had its first heartbeat by then.
const settle = 7 * time.Second

// memoryPart opens connections that only follow, and reads what the process holds. Each is of another person.
func (b *bench) memoryPart() error {
	people := append(append([]person{}, b.house.docs...), b.house.techs...)
	counts := []int{b.n(1000, 20), b.n(5000, 50), b.n(10_000, 100)}
	names := []int{1000, 5000, 10_000}
	bare := map[string][]float64{}
	return b.thrice("1,000, 5,000 and 10,000 connections", func() error {
		turn := len(bare["memory/1000"])
		return b.both("memory", func(s server) error {
			base, err := b.settled(s.node)
			if err != nil {
				return err
			}
			if s.name != "bare" {
				b.book.put("memory/base", float64(base)/(1<<20), 0)
			}
			var all screens
			defer func() { all.close() }()
			for i, count := range counts {
				more, err := connect(b.ctx, people[len(all):count], nil, s.addr())
				if err != nil {
					return err
				}
				all = append(all, more...)
				now, err := b.settled(s.node)
				if err != nil {
					return err
				}
				if err := all.broken(); err != nil {
					return err
				}
				id, each := fmt.Sprintf("memory/%d", names[i]), float64(now-base)/1024/float64(count)
				if s.name == "bare" {
					bare[id] = append(bare[id], each)
					continue
				}
				b.book.put(id, each, bare[id][turn])
			}
			return nil
		})
	})
}

// settled is the memory of a process that was left alone for a while.
func (b *bench) settled(n *node) (int64, error) {
	if !b.opt.quick {
		select {
		case <-time.After(settle):
		case <-b.ctx.Done():
			return 0, b.ctx.Err() //nolint:wrapcheck // stopped
		}
	}
	return rssOf(n.pid())
}
