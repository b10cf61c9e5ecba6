package lab_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
)

func TestWhatAPanicQuotesIsNotInItsError(t *testing.T) {
	l, err := lab.Open(t.Context(), lab.Config{Store: ledger.NewMem("main", nil), Site: "main", Zone: "UTC", Node: "n1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for want, bug := range map[string]func(){
		"decide panicked: string":            func() { panic("Weber^Anna 7.1") },
		"decide panicked: *fmt.wrapError":    func() { panic(fmt.Errorf("Weber^Anna: %w", ledger.ErrFull)) },
		"index out of range [3] with length": func() { _ = strings.Split("a", ",")[len("abc")] },
	} {
		_, err := l.Record(t.Context(), lab.Actor{By: "machine/test"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
			bug()
			return nil, nil
		})
		if err == nil || strings.Contains(err.Error(), "Weber") || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q in it and nobody's name", err, want)
		}
	}
}
