package app_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app"
)

// started starts a node on a directory, which is stopped when the test ends if not before.
func started(t *testing.T, dir string, wall func() time.Time) (r *app.Readback, stop func()) {
	t.Helper()
	cfg := app.Config{HTTP: "127.0.0.1:0", Data: dir, Site: "main", Zone: "UTC", Node: "n1", Wall: wall, Reserve: -1}
	r, err := app.Start(t.Context(), cfg, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r, func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A restored ledger begins a new epoch, once, on a machine too whose clock stands before the ledger's last entry, which
// is recorded as well.
func TestARestoredLedgerBeginsOneEpochWhateverTheClock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	r, stop := started(t, dir, nil)
	head, err := r.Lab.Store().Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stop()
	mark, err := json.Marshal(map[string]any{"size": head.Seq, "root": base64.StdEncoding.EncodeToString(head.Root[:])})
	if err != nil {
		t.Fatal(err)
	}
	behind := func() time.Time { return time.Now().Add(-time.Hour) }
	for range 2 { // the second time as if the mark had not been removed in time
		if err := os.WriteFile(filepath.Join(dir, "restored"), mark, 0o600); err != nil {
			t.Fatal(err)
		}
		r, stop = started(t, dir, behind)
		if s := r.Lab.State(); s.Epoch != 1 {
			t.Errorf("epoch %d", s.Epoch)
		}
		stop()
	}
}
