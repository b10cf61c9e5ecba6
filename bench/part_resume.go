package main

import (
	"fmt"
	"time"
)

// missedEntries is how many entries each screen has missed when it comes back.
const missedEntries = 50

// resumePart cuts 5,000 screens, records 50 entries that each of them may see, and lets all come back at once.
func (b *bench) resumePart() error {
	count := b.n(5000, 50)
	bare := map[string][]float64{}
	return b.both("resume", func(s server) error {
		turn := 0
		return b.thrice(fmt.Sprintf("%s, %d screens", s.name, count), func() error {
			defer func() { turn++ }()
			took, cpu, err := b.resume(s.node, b.house.techs[:count])
			if err != nil {
				return err
			}
			if s.name == "bare" {
				bare["took"], bare["cpu"] = append(bare["took"], took.Seconds()), append(bare["cpu"], ms(cpu)/float64(count))
				return nil
			}
			b.book.put("resume/took", took.Seconds(), bare["took"][turn])
			b.book.put("resume/cpu", ms(cpu)/float64(count), bare["cpu"][turn])
			return nil
		})
	})
}

func (b *bench) resume(n *node, people []person) (took, cpu time.Duration, err error) {
	// One screen stands for all: they left when it did, and come back to where it was.
	one, err := connect(b.ctx, people[:1], nil, n.addr())
	if err != nil {
		return 0, 0, err
	}
	one.close()
	c, err := dialCaller(b.ctx, n.addr())
	if err != nil {
		return 0, 0, err
	}
	defer c.close()
	head, cmd := int64(0), b.house.gate()
	for i := range missedEntries {
		if head, err = c.send(cmd, i); err != nil {
			return 0, 0, err
		}
	}
	before, err := cpuOf(n.pid())
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	all, err := connect(b.ctx, people, one[0], n.addr())
	if err != nil {
		return 0, 0, err
	}
	defer all.close()
	if !until(b.ctx, func() bool { return all.behind() >= head || all.broken() != nil }) || all.broken() != nil {
		return 0, 0, fmt.Errorf("not all came back: %w", all.broken())
	}
	took = time.Since(begin)
	after, err := cpuOf(n.pid())
	if got := all.entries(); got != int64(len(people)*missedEntries) {
		return 0, 0, fmt.Errorf("%d entries came, %d were missed", got, len(people)*missedEntries)
	}
	return took, after - before, err
}
