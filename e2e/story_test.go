package e2e_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/sqlite"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// story is what a ledger tells of messages and calls.
type story struct {
	entries   int
	filed     map[string]int                // by control id
	opened    map[string]int                // calls by their message
	readBacks map[string][]ledger.Seq       // by call
	rungs     map[string][]*critical.Called // by call, in order
}

// entriesOf reads a whole ledger.
func entriesOf(t testing.TB, s ledger.Store) (all []ledger.Entry) {
	t.Helper()
	for after := ledger.Seq(0); ; after = all[len(all)-1].Seq {
		es, err := s.Read(t.Context(), after, ledger.MaxRead)
		if err != nil {
			t.Fatal(err)
		}
		if len(es) == 0 {
			return all
		}
		all = append(all, es...)
	}
}

// tell reads a whole ledger and tells its story.
func tell(t testing.TB, s ledger.Store) story {
	t.Helper()
	return storyOf(t, entriesOf(t, s))
}

func storyOf(t testing.TB, es []ledger.Entry) story {
	t.Helper()
	out := story{
		entries: len(es), filed: map[string]int{}, opened: map[string]int{},
		readBacks: map[string][]ledger.Seq{}, rungs: map[string][]*critical.Called{},
	}
	for i := range es {
		ev, err := wire.Decode(&es[i])
		if err != nil {
			t.Fatal(err)
		}
		switch ev := ev.(type) {
		case *critical.Filed:
			m, err := hl7.Parse(ev.Sealed.Raw)
			if err != nil {
				t.Fatalf("entry %d: the message filed: %v", es[i].Seq, err)
			}
			out.filed[m.ControlID()]++
		case *critical.Opened:
			out.opened[ev.Message]++
		case *critical.ReadBack:
			out.readBacks[ev.Call] = append(out.readBacks[ev.Call], es[i].Seq)
		case *critical.Called:
			if ev.Call != "" {
				out.rungs[ev.Call] = append(out.rungs[ev.Call], ev)
			}
		}
	}
	return out
}

// tellDir is tell of the ledger in a directory that nobody writes to. It reads a copy: SQLite maps a file of the
// directory into memory, and where this process serves the disk by FUSE, its own page fault would wait for itself.
func tellDir(t testing.TB, dir string) story {
	t.Helper()
	copied := t.TempDir()
	for _, name := range []string{sqlite.File, sqlite.File + "-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := sqlite.OpenReadOnly(t.Context(), copied, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // only read
	return tell(t, s)
}

// holds compares what the ledger tells with what the load was told.
func (s story) holds(t testing.TB, l *load) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range l.acked {
		if s.filed[id] != 1 {
			t.Errorf("message %s was acknowledged; the ledger has it %d times", id, s.filed[id])
		}
	}
	for id, n := range s.filed {
		if n != 1 {
			t.Errorf("message %s stands in the ledger %d times", id, n)
		}
	}
	for call, told := range l.answered {
		if !slices.Contains(s.readBacks[call], told.Seq) {
			t.Errorf("the read-back of %s was acknowledged as entry %d; the ledger has it at %v", call, told.Seq, s.readBacks[call])
		}
	}
	for call, at := range s.readBacks {
		if len(at) != 1 {
			t.Errorf("%s was read back %d times", call, len(at))
		}
	}
	for message, n := range s.opened {
		if n != 1 {
			t.Errorf("%s opened %d calls", message, n)
		}
	}
	s.rungsAreOnce(t)
}

// rungsAreOnce checks that no step of a call was fired twice, and that attempts are counted without a gap.
func (s story) rungsAreOnce(t testing.TB) {
	t.Helper()
	for call, rungs := range s.rungs {
		steps := map[string]bool{}
		for i, r := range rungs {
			if r.Attempt != i+1 {
				t.Errorf("%s: attempt %d comes as number %d", call, r.Attempt, i+1)
			}
			step := fmt.Sprintf("version %d step %d", r.Version, r.Step)
			if !r.Beside && steps[step] {
				t.Errorf("%s: %s was fired twice", call, step)
			}
			steps[step] = true
		}
	}
}
