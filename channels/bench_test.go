package channels_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/seed-909bec58/readback/channels"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/wire"
)

// listens is set where the test binary is to be the screens of a benchmark: address, how many, from which.
const listens = "READBACK_CHANNELS_BENCH"

func TestMain(m *testing.M) {
	if to := os.Getenv(listens); to != "" {
		screens(strings.Fields(to))
		return
	}
	// Each check of the scan is a laboratory's morning over real sockets. What the command line says counts.
	_ = flag.Set("rapid.checks", strconv.Itoa(need.Count(60, 5000)))
	os.Exit(m.Run())
}

// screens opens websockets in a process of their own, so that their memory and time are not the hub's, and reads them
// until its input ends.
func screens(args []string) {
	n, _ := strconv.Atoi(args[1])
	from, _ := strconv.Atoi(args[2])
	var begun sync.WaitGroup
	slots := make(chan struct{}, 64)
	for i := range n {
		slots <- struct{}{}
		d := websocket.Dialer{Subprotocols: []string{wire.Protocol}, ReadBufferSize: 512, WriteBufferSize: 512}
		begun.Add(1)
		go func() {
			ws, res, err := d.Dial(args[0], http.Header{"X-Number": {strconv.Itoa(from + i)}})
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			_ = res.Body.Close()
			err = ws.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","do":"follow"}`))
			if err == nil {
				_, _, err = ws.ReadMessage()
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			<-slots
			begun.Done()
			buf := make([]byte, 16<<10)
			for err == nil {
				_, err = ws.NetConn().Read(buf)
			}
		}()
	}
	begun.Wait()
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// connect starts a process with n screens, and returns when all of them follow.
func connect(b *testing.B, url string, n, from int) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d", listens, url, n, from))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		b.Fatal(line, err)
	}
}

// serve serves over real sockets, without what httptest keeps of each connection.
func serve(b *testing.B, f http.HandlerFunc) (url string) {
	b.Helper()
	l, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.Serve(l) }()
	b.Cleanup(func() { _ = s.Close() })
	return "ws://" + l.Addr().String()
}

// bare is a server on gorilla/websocket that does nothing but what it is told here: the yardstick.
type bare struct {
	mu  sync.Mutex
	all []*websocket.Conn
}

func (s *bare) serve(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{ReadBufferSize: 256, WriteBufferSize: 512, WriteBufferPool: &sync.Pool{}, Subprotocols: []string{wire.Protocol}}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	go func() {
		for {
			_, text, err := ws.ReadMessage()
			if err != nil {
				return
			}
			_ = ws.WriteMessage(websocket.TextMessage, text)
			s.mu.Lock()
			s.all = append(s.all, ws)
			s.mu.Unlock()
		}
	}()
}

// tell writes one text to all, one write each.
func (s *bare) tell(b *testing.B, text []byte) {
	b.Helper()
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, text)
	if err != nil {
		b.Fatal(err)
	}
	for _, ws := range s.all {
		if err := ws.WritePreparedMessage(m); err != nil {
			b.Fatal(err)
		}
	}
}

// crowd is a hub with people, up to 20 screens each.
type crowd struct {
	*hospital.Lab
	*channels.Hub
	url string
}

func newCrowd(b *testing.B, screens int, role roster.Role) *crowd {
	b.Helper()
	c := &crowd{Lab: hospital.Open(b, nil)}
	c.Fill(b)
	const each = wire.MaxSockets
	var evs []lab.Event
	flush := func() {
		if len(evs) > 0 {
			c.Record(b, "person/root", evs...)
		}
		evs = nil
	}
	for i := range (screens + each - 1) / each {
		id := fmt.Sprint("crowd", i)
		evs = append(evs, &roster.Admitted{Person: roster.Person{ID: "person/" + id, Login: id, Name: id, Role: role}})
		if len(evs) == 100 {
			flush()
		}
	}
	flush()
	until := wire.Micro(c.Now().Add(time.Hour))
	for i := range screens {
		v := crowded(i)
		evs = append(evs, &session.Opened{Session: v.Session, Subject: v.Subject, Means: "password", Until: until})
		if len(evs) == 100 {
			flush()
		}
	}
	flush()
	c.Hub = channels.New(channels.Config{
		Lab: c.Lab.Lab, ReadWait: time.Hour,
		Do:      func(context.Context, lab.Viewer, wire.Command) (any, error) { return nil, wire.ErrNoCommand },
		Problem: func(err error) *wire.Problem { p, _, _ := wire.ProblemOf(err); return p },
	})
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		_ = c.Drain(ctx)
	})
	c.url = serve(b, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.Header.Get("X-Number"))
		if err := c.Serve(w, r, crowded(n)); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	return c
}

func crowded(n int) lab.Viewer {
	return lab.Viewer{Subject: fmt.Sprint("person/crowd", n/wire.MaxSockets), Session: fmt.Sprint("session/crowd", n)}
}

// note is an entry that the laboratory hears, of about 512 bytes.
func note(n int) lab.Event {
	return &critical.Mapped{Sender: fmt.Sprint("S", n%7), Code: "K", Test: critical.Test{LOINC: "2823-3", Label: strings.Repeat("x", 220)}}
}

// spent is the processor time of this process.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is this process' memory, in bytes, after what is not used was given back.
func resident(b *testing.B) float64 {
	b.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	pages, _ := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	return pages * float64(os.Getpagesize())
}

func (c *crowd) sent(b *testing.B, want int64) {
	b.Helper()
	for c.Stats().Entries.Load() < want {
		select {
		case <-b.Context().Done():
			b.Fatal("not everything was sent")
		case <-time.After(time.Millisecond):
		}
	}
}

// BenchmarkIdle tells how much memory a connection takes that is signed in, follows, and hears nothing but heartbeats,
// beside a connection of gorilla/websocket alone.
func BenchmarkIdle(b *testing.B) {
	for _, n := range []int{1000, 9500} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			plain := &bare{}
			url := serve(b, plain.serve)
			before := resident(b)
			connect(b, url, n, 0)
			yardstick := (resident(b) - before) / float64(n)
			for _, ws := range plain.all {
				_ = ws.Close()
			}
			plain.all = nil
			c := newCrowd(b, n, roster.Clinician)
			before = resident(b)
			connect(b, c.url, n, 0)
			for range b.N {
				each := (resident(b) - before) / float64(n)
				b.ReportMetric(each/1024, "KiB/conn")
				b.ReportMetric(yardstick/1024, "bare-KiB/conn")
				b.ReportMetric(each/yardstick, "ratio")
			}
			time.Sleep(11 * time.Second) // two heartbeats
			b.ReportMetric((resident(b)-before)/float64(n)/1024, "KiB/conn-after-beats")
		})
	}
}

// BenchmarkFanOut tells the processor time of a million deliveries to 1,000 screens: twenty entries a second, each of
// them a write to each screen; and as many as the ledger takes. The yardstick writes the same bytes to as many sockets.
func BenchmarkFanOut(b *testing.B) {
	const n = 1000
	c := newCrowd(b, n, roster.Technician)
	connect(b, c.url, n, 0)
	plain := &bare{}
	connect(b, serve(b, plain.serve), n, 0)
	yardstick := func(b *testing.B, size int) float64 {
		b.Helper()
		const messages = 100
		text := []byte(strings.Repeat("x", size))
		before := spent(b)
		for range messages {
			plain.tell(b, text)
			time.Sleep(time.Millisecond)
		}
		return (spent(b) - before).Seconds() / messages / n * 1e6
	}
	report := func(b *testing.B, entries int, record func()) {
		b.Helper()
		s := c.Stats()
		sent, bytes, writes, before, at := s.Entries.Load(), s.Bytes.Load(), s.Writes.Load(), spent(b), time.Now()
		record()
		c.sent(b, sent+int64(entries)*n)
		took, million := time.Since(at), float64(s.Entries.Load()-sent)/1e6
		each := (spent(b) - before).Seconds() / million
		b.ReportMetric(each, "cpu-s/M")
		b.ReportMetric(million*1e6/took.Seconds(), "deliveries/s")
		b.ReportMetric(million*1e6/float64(s.Writes.Load()-writes), "entries/write")
		size := int(float64(s.Bytes.Load()-bytes) / million / 1e6)
		b.ReportMetric(float64(size), "bytes")
		floor := yardstick(b, size)
		b.ReportMetric(floor, "bare-cpu-s/M")
		b.ReportMetric(each/floor, "ratio")
	}
	b.Run("one-a-write", func(b *testing.B) {
		for range b.N {
			report(b, 100, func() {
				tick := time.NewTicker(50 * time.Millisecond)
				defer tick.Stop()
				for i := range 100 {
					c.Record(b, "person/sue", note(i))
					<-tick.C
				}
			})
		}
	})
	b.Run("saturated", func(b *testing.B) {
		for range b.N {
			const writers, each = 64, 60
			report(b, writers*each, func() {
				var all sync.WaitGroup
				for range writers {
					all.Go(func() {
						for i := range each {
							c.Record(b, "person/sue", note(i))
						}
					})
				}
				all.Wait()
			})
		}
	})
}

// BenchmarkFew tells the processor time of an entry that ten screens may see, with nobody else connected and with
// 9,000 others.
func BenchmarkFew(b *testing.B) {
	for _, others := range []int{0, 9000} {
		b.Run(strconv.Itoa(others), func(b *testing.B) {
			c := newCrowd(b, others+wire.MaxSockets, roster.Clinician)
			c.Record(b, "person/root", &roster.Changed{Person: roster.Person{ID: "person/crowd0", Login: "crowd0", Name: "crowd0", Role: roster.Technician}})
			connect(b, c.url, 10, 0)
			if others > 0 {
				connect(b, c.url, others, wire.MaxSockets)
			}
			for range b.N {
				const entries = 200
				sent, before := c.Stats().Entries.Load(), spent(b)
				for i := range entries {
					c.Record(b, "person/sue", note(i))
					time.Sleep(5 * time.Millisecond)
				}
				c.sent(b, sent+entries*10)
				b.ReportMetric((spent(b)-before).Seconds()/entries*1e6, "cpu-us/entry")
			}
		})
	}
}
