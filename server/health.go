package server

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// started is when this process began, nearly.
var started = time.Now()

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	s.say(w, http.StatusOK, map[string]string{"status": "alive"})
}

// metrics are for the machine itself and for administrators. They hold counts alone.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if from := s.from(r); !from.peer.IsLoopback() || from.client != from.peer {
		v, err := s.viewer(r)
		p := s.Lab.State().Roster.Get(v.Subject)
		if err == nil && (p == nil || p.Role != roster.Administrator) {
			err = wire.ErrForbidden
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
	}
	var b strings.Builder
	put := func(name, help string, value any) {
		kind := "gauge"
		if strings.HasSuffix(name, "_total") {
			kind = "counter"
		}
		fmt.Fprintf(&b, "# HELP readback_%s %s\n# TYPE readback_%s %s\nreadback_%s %v\n", name, help, name, kind, name, value)
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	s.probe.mu.Lock()
	took := s.probe.took
	s.probe.mu.Unlock()
	put("ready", "1 when this node decides and shows what is new", flag(s.Ready() == nil))
	put("ready_proof_seconds", "how long the last proof of readiness took, from a write to the followers", took.Seconds())
	put("uptime_seconds", "since this process began", time.Since(started).Seconds())
	put("goroutines", "goroutines of this process", runtime.NumGoroutine())
	put("memory_bytes", "memory that this process took from the system", mem.Sys)
	st, l, h := s.Lab.State(), s.Lab.Stats(), s.hub.Stats()
	put("ledger_head", "place of the last entry", st.Seq)
	put("ledger_age_seconds", "since this node last knew that it has everything", s.hub.Age().Seconds())
	put("ledger_full", "1 when the ledger's disk is full", flag(s.Lab.Full()))
	put("calls_open", "open critical calls", st.Critical.Calls.Len())
	put("work_open", "open work items", st.Critical.Work.Len())
	put("faults", "invariants that do not hold, which is a bug", len(st.Faults(s.Lab.Now())))
	put("lab_asks_total", "asks answered", l.Asks.Load())
	put("lab_batches_total", "appends to the ledger", l.Batches.Load())
	put("lab_entries_total", "entries written by this node", l.Entries.Load())
	put("lab_lost_races_total", "appends that another node was faster with", l.Lost.Load())
	put("lab_doubts_total", "appends whose outcome had to be settled", l.Doubts.Load())
	put("lab_late_seconds", "the greatest lateness of anything that was due", float64(l.Late.Load())/1e6)
	put("clock_off_seconds", "the store's clock against what was expected", float64(l.ClockOff.Load())/1e6)
	put("connections", "open websockets", s.hub.Count())
	put("connections_total", "websockets since start", h.Opened.Load())
	put("connections_refused_total", "websockets refused for their number", h.Refused.Load())
	put("entries_sent_total", "entries sent to connections", h.Entries.Load())
	put("writes_total", "writes to connections", h.Writes.Load())
	put("connections_paced_total", "commands of connections that asked for too much at once", h.Paced.Load())
	put("slow_total", "connections cut because they did not read", h.Slow.Load())
	put("silent_total", "connections closed without a sign of life", h.Silent.Load())
	put("lost_total", "connections that had not been sent an entry, a bug", h.Lost.Load())
	put("requests_total", "HTTP requests", s.stats.requests.Load())
	put("refusals_total", "HTTP requests answered with a problem", s.stats.refused.Load())
	put("internal_errors_total", "errors answered with a reference", s.stats.internal.Load())
	put("sign_ins_total", "attempts to sign in", s.stats.signIns.Load())
	put("sign_ins_wrong_total", "wrong ones", s.stats.wrong.Load())
	put("sign_ins_limited_total", "ones that had to wait", s.stats.limited.Load())
	put("commands_paced_total", "commands of people and programs who asked for too much at once", s.stats.paced.Load())
	if s.Missed != nil {
		put("calls_missed_total", "rungs of which no screen told in time, or whose person's last connection is gone", s.Missed())
	}
	if s.Alone != nil {
		put("calls_alone", "open calls none of whose people is connected to this node", s.Alone())
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write([]byte(b.String())) // the client may be gone
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
