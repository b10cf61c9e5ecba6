package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// screen is one websocket that follows the ledger. It reads frames with as little work as can be, since its processor
// time is not the server's and both share this machine.
type screen struct {
	nc    net.Conn
	buf   []byte
	after int64 // the place from which entries go on, of the last start
	epoch int64
	prev  int64 // the last entry that came

	entries atomic.Int64
	head    atomic.Int64 // the newest entry that came
	started chan struct{}
	once    sync.Once
	ended   chan struct{}
	err     error // once ended is closed
	stuck   atomic.Bool

	mu    sync.Mutex
	watch string // the kind of entry that is noted; "": each
	notes []note // nil: none are taken
}

// note is when an entry came.
type note struct {
	seq int64
	at  time.Time
}

// dial connects and follows the ledger, from a place or, if that is less than 0, from the head.
func dial(ctx context.Context, addr string, who person, after, epoch int64, small bool) (*screen, error) {
	d := net.Dialer{Control: control(small)}
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err //nolint:wrapcheck // the network's own words
	}
	s := &screen{nc: nc, buf: make([]byte, 0, 2048), started: make(chan struct{}), ended: make(chan struct{})}
	body := ""
	if after >= 0 {
		body = fmt.Sprintf(`,"body":{"after":%d,"epoch":%d}`, after, epoch)
	}
	_, err = fmt.Fprintf(nc, "GET /ws HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: readback.v1\r\nCookie: readback=%s\r\n\r\n", addr, addr, who.cookie)
	if err == nil {
		err = s.hands()
	}
	if err == nil {
		err = s.say(1, `{"id":"f","do":"follow"`+body+`}`)
	}
	if err != nil {
		_ = nc.Close() // it is of no use
		return nil, err
	}
	return s, nil
}

// hands reads the answer to the handshake.
func (s *screen) hands() error {
	for {
		if i := bytes.Index(s.buf, []byte("\r\n\r\n")); i >= 0 {
			if !bytes.HasPrefix(s.buf, []byte("HTTP/1.1 101")) {
				return fmt.Errorf("the websocket was refused: %s", s.buf)
			}
			s.buf = append(s.buf[:0], s.buf[i+4:]...)
			return nil
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// fill reads what there is.
func (s *screen) fill() error {
	if len(s.buf) == cap(s.buf) {
		s.buf = slices.Grow(s.buf, max(cap(s.buf), 2048))
	}
	n, err := s.nc.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	if n > 0 {
		return nil
	}
	return err //nolint:wrapcheck // the network's own words
}

// say sends a frame, masked with nothing.
func (s *screen) say(opcode byte, text string) error {
	out := []byte{0x80 | opcode, 0x80 | byte(min(len(text), 126))}
	if len(text) >= 126 {
		out = binary.BigEndian.AppendUint16(out, uint16(len(text)))
	}
	out = append(append(out, 0, 0, 0, 0), text...)
	_, err := s.nc.Write(out)
	return err //nolint:wrapcheck // the network's own words
}

// read takes frames until the connection ends.
func (s *screen) read() {
	defer close(s.ended)
	defer s.once.Do(func() { close(s.started) })
	for {
		at := time.Now()
		used := 0
		for {
			n, err := s.frame(s.buf[used:], at)
			if err != nil {
				s.err = err
				return
			}
			if n == 0 {
				break
			}
			used += n
		}
		s.buf = append(s.buf[:0], s.buf[used:]...)
		if len(s.buf) == 0 && cap(s.buf) > 64<<10 {
			s.buf = make([]byte, 0, 16<<10)
		}
		for s.stuck.Load() {
			time.Sleep(10 * time.Millisecond)
		}
		if err := s.fill(); err != nil {
			s.err = err
			return
		}
	}
}

// frame takes one frame and returns its length, or 0 if it is not whole yet.
func (s *screen) frame(b []byte, at time.Time) (int, error) {
	if len(b) < 2 {
		return 0, nil
	}
	size, head := int(b[1]&0x7f), 2
	switch size {
	case 126:
		if len(b) < 4 {
			return 0, nil
		}
		size, head = int(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return 0, nil
		}
		size, head = int(binary.BigEndian.Uint64(b[2:])), 10
	}
	if len(b) < head+size {
		return 0, nil
	}
	text := b[head : head+size]
	switch b[0] & 0x0f {
	case 1:
		return head + size, s.text(text, at)
	case 8:
		return 0, fmt.Errorf("closed: %q", text)
	case 9:
		return head + size, s.say(10, string(text))
	}
	return head + size, nil
}

// errGap says that an entry did not come: a bug of the server, or of this reader.
var errGap = errors.New("an entry did not come")

func (s *screen) text(text []byte, at time.Time) error {
	switch {
	case bytes.HasPrefix(text, []byte(`{"prev":`)):
		prev, seq := number(text[:min(len(text), 64)], "prev"), number(text[:min(len(text), 64)], "seq")
		if prev != s.prev {
			return fmt.Errorf("%w: %d follows %d, and %d came before", errGap, seq, prev, s.prev)
		}
		s.prev = seq
		s.note(text, seq, at)
		s.entries.Add(1)
		s.head.Store(seq)
	case bytes.HasPrefix(text, []byte(`{"re":`)), bytes.HasPrefix(text, []byte(`{"start":`)):
		if !bytes.Contains(text[:min(len(text), 40)], []byte(`"start":`)) {
			return fmt.Errorf("not followed: %s", text)
		}
		s.after, s.epoch = number(text, "after"), number(text, "epoch")
		s.prev = s.after
		s.head.Store(s.after)
		s.once.Do(func() { close(s.started) })
	}
	return nil
}

func (s *screen) note(text []byte, seq int64, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notes != nil && (s.watch == "" || bytes.Contains(text, []byte(s.watch))) {
		s.notes = append(s.notes, note{seq, at})
	}
}

// close ends the connection without leaving its port in use.
func (s *screen) close() {
	s.stuck.Store(false)
	if tcp, ok := s.nc.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // only so that ports are free again at once
	}
	_ = s.nc.Close()
	<-s.ended
}

// screens are connections that follow one ledger.
type screens []*screen

// connect opens a screen for each of the people, so many handshakes at a time, and returns when all know where they are.
func connect(ctx context.Context, people []person, from *screen, addrs ...string) (screens, error) {
	const atOnce = 256
	out := make(screens, len(people))
	var failed firstError
	var wg sync.WaitGroup
	gate := make(chan struct{}, atOnce)
	for i, who := range people {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			after, epoch := int64(-1), int64(0)
			if from != nil {
				after, epoch = from.head.Load(), from.epoch
			}
			s, err := dial(ctx, addrs[i%len(addrs)], who, after, epoch, false)
			if err != nil {
				failed.set(err)
				return
			}
			out[i] = s
			go s.read()
			<-s.started
			select {
			case <-s.ended:
				failed.set(s.err)
			default:
			}
		})
	}
	wg.Wait()
	out = slices.DeleteFunc(out, func(s *screen) bool { return s == nil })
	if err := failed.get(); err != nil {
		out.close()
		return nil, fmt.Errorf("connect %d screens: %w", len(people), err)
	}
	return out, ctx.Err() //nolint:wrapcheck // stopped
}

func (all screens) close() {
	var wg sync.WaitGroup
	for _, s := range all {
		wg.Go(s.close)
	}
	wg.Wait()
}

// broken says which screen has ended, if one has.
func (all screens) broken() error {
	for _, s := range all {
		select {
		case <-s.ended:
			return fmt.Errorf("a screen was cut: %w", s.err)
		default:
		}
	}
	return nil
}

// behind is the place up to which every screen has everything.
func (all screens) behind() int64 {
	least := all[0].head.Load()
	for _, s := range all[1:] {
		least = min(least, s.head.Load())
	}
	return least
}

// entries is how many entries came to all of them.
func (all screens) entries() int64 {
	sum := int64(0)
	for _, s := range all {
		sum += s.entries.Load()
	}
	return sum
}

// note begins to note when entries come that contain a text.
func (all screens) note(watch string) {
	for _, s := range all {
		s.mu.Lock()
		s.watch, s.notes = watch, make([]note, 0, 256)
		s.mu.Unlock()
	}
}

// noted ends that, and returns what was noted by each.
func (all screens) noted() [][]note {
	var out [][]note
	for _, s := range all {
		s.mu.Lock()
		out = append(out, s.notes)
		s.notes = nil
		s.mu.Unlock()
	}
	return out
}

// late returns how long after the instant of its command each entry came to each screen. due is by the command's last entry.
func late(noted [][]note, due map[int64]time.Time) []time.Duration {
	var out []time.Duration
	for _, notes := range noted {
		for _, n := range notes {
			if at, ok := due[n.seq]; ok {
				out = append(out, n.at.Sub(at))
			}
		}
	}
	return out
}
