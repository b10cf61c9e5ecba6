package table_test

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/table"
)

// same fails unless the map tells exactly what the plain one does.
func same[V comparable](t rapid.TB, m table.Map[string, V], want map[string]V, from string) {
	t.Helper()
	if m.Len() != len(want) {
		t.Fatalf("Len is %d, want %d", m.Len(), len(want))
	}
	keys := slices.Sorted(maps.Keys(want))
	i := 0
	for k, v := range m.All() {
		if i >= len(keys) || k != keys[i] || v != want[k] {
			t.Fatalf("entry %d of All is %q: %v", i, k, v)
		}
		if got, ok := m.Get(k); !ok || got != v {
			t.Fatalf("Get(%q) is %v, %v; All said %v", k, got, ok, v)
		}
		i++
	}
	if i != len(keys) {
		t.Fatalf("All gave %d entries, want %d", i, len(keys))
	}
	at, _ := slices.BinarySearch(keys, from)
	for k, v := range m.From(from) {
		if at >= len(keys) || k != keys[at] || v != want[k] {
			t.Fatalf("From(%q) gave %q: %v", from, k, v)
		}
		at++
	}
	if at != len(keys) {
		t.Fatalf("From(%q) stopped before %q", from, keys[at])
	}
	before, value, ok := m.Before(from)
	if at, _ := slices.BinarySearch(keys, from); ok != (at > 0) || ok && (before != keys[at-1] || value != want[before]) {
		t.Fatalf("Before(%q) is %q: %v, %v", from, before, value, ok)
	}
	if _, ok := m.Get(from); ok != slices.Contains(keys, from) {
		t.Fatalf("Get(%q) found: %v", from, ok)
	}
}

func TestEveryVersionStaysAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			m    table.Map[string, int]
			want map[string]int
		}
		key := rapid.StringMatching(`[a-f]{0,3}`)
		all := []version{{want: map[string]int{}}}
		for i := range rapid.IntRange(1, 80).Draw(t, "steps") {
			base := all[rapid.IntRange(0, len(all)-1).Draw(t, "base")]
			next := version{want: maps.Clone(base.want)}
			k := key.Draw(t, "key")
			if rapid.IntRange(0, 2).Draw(t, "what") == 0 {
				next.m = base.m.Without(k)
				delete(next.want, k)
			} else {
				next.m = base.m.With(k, i)
				next.want[k] = i
			}
			all = append(all, next)
		}
		from := key.Draw(t, "from")
		for _, v := range all {
			same(t, v.m, v.want, from)
		}
	})
}

func TestEqualContentIsEqualHoweverItCame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.MapOf(rapid.String(), rapid.Int()).Draw(t, "content")
		detour := rapid.SliceOf(rapid.String()).Draw(t, "detour")
		var a, b table.Map[string, int]
		for k, v := range content {
			a = a.With(k, v)
		}
		for _, k := range detour {
			b = b.With(k, -1)
		}
		for _, k := range slices.Backward(slices.Sorted(maps.Keys(content))) {
			b = b.With(k, content[k])
		}
		for _, k := range detour {
			if _, keep := content[k]; !keep {
				b = b.Without(k)
			}
		}
		if !a.Equal(b) || !reflect.DeepEqual(a, b) || !cmp.Equal(a, b) {
			t.Fatal("equal content, unequal maps")
		}
		k := rapid.String().Draw(t, "other")
		if _, had := content[k]; a.Equal(b.With(k, content[k]+1)) || a.Equal(b.Without(k)) == had {
			t.Fatalf("a change of %q was not seen", k)
		}
	})
}

func TestJSONGivesTheSameMapBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.Int())).Draw(t, "content")
		var m, back table.Map[string, []int]
		for k, v := range content {
			m = m.With(k, v)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(back); string(again) != string(text) || !reflect.DeepEqual(m, back) {
			t.Fatalf("%s came back as %s", text, again)
		}
	})
}

func TestJSONIsAnArrayOfAscendingPairs(t *testing.T) {
	m := table.Map[string, *int]{}.With("b<", new(2)).With("a", nil)
	text, err := json.Marshal(struct {
		M, None table.Map[string, *int]
	}{M: m})
	if want := `{"M":[["a",null],["b\u003c",2]],"None":[]}`; err != nil || string(text) != want {
		t.Fatalf("got %s, %v; want %s", text, err, want)
	}
}

func TestDamagedTextIsRefusedAndChangesNothing(t *testing.T) {
	for text, want := range map[string]error{
		`[["a",1],["a",2]]`: table.ErrOrder,
		`[["b",1],["a",2]]`: table.ErrOrder,
		`{"a":1}`:           table.ErrPair,
		`[["a"]]`:           table.ErrPair,
		`[[]]`:              table.ErrPair,
		`[["a",1,2]]`:       table.ErrPair,
		`["a",1]`:           table.ErrPair,
		`7`:                 table.ErrPair,
		`[[1,1]]`:           nil, // any error: the key has another type
		`[["a","x"]]`:       nil,
		`[["a",1]`:          nil,
		`[["a",1]][]`:       table.ErrPair,
	} {
		m := table.Map[string, int]{}.With("kept", 7)
		err := m.UnmarshalJSON([]byte(text))
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
		if v, _ := m.Get("kept"); v != 7 || m.Len() != 1 {
			t.Errorf("%s changed the map", text)
		}
	}
	m := table.Map[string, int]{}.With("old", 7)
	if err := json.Unmarshal([]byte(` null `), &m); err != nil || m.Len() != 0 {
		t.Errorf("null: %v, %d entries", err, m.Len())
	}
}

func TestNotANumberIsOneKey(t *testing.T) {
	m := table.Map[float64, string]{}.With(1, "one").With(math.NaN(), "a").With(math.NaN(), "b")
	if v, ok := m.Get(math.NaN()); !ok || v != "b" || m.Len() != 2 || m.Without(math.NaN()).Len() != 1 {
		t.Fatalf("got %q, %v, Len %d", v, ok, m.Len())
	}
}

func TestStoppingEarlyStops(t *testing.T) {
	var m table.Map[int, int]
	for i := range 100 {
		m = m.With(i, i)
	}
	for _, seq := range []func(func(int, int) bool){m.All(), m.From(0), m.From(37)} {
		n := 0
		for range seq {
			if n++; n == 5 {
				break
			}
		}
		if n != 5 {
			t.Fatalf("stopped after %d", n)
		}
	}
}

func TestAscendingKeysMakeNoDeepMap(t *testing.T) {
	var m table.Map[int, int]
	for i := range 100_000 {
		m = m.With(i, i)
	}
	// A random search tree of this size is 41 deep on average and never
	// seen beyond 60; a list would allocate 100,000 nodes here.
	if got := testing.AllocsPerRun(100, func() { m.With(100_000, 0) }); got > 80 {
		t.Fatalf("%v allocations for one more", got)
	}
}

func TestReadersAndMakersOfVersionsDoNotMeet(t *testing.T) {
	var base table.Map[string, int]
	for i := range 1000 {
		base = base.With(strconv.Itoa(i), i)
	}
	var done sync.WaitGroup
	for w := range 4 {
		done.Go(func() {
			m := base
			for i := range 1000 {
				m = m.With(strconv.Itoa(i), w).Without(strconv.Itoa(i + 1))
			}
			n := 0
			for k, v := range base.All() {
				if strconv.Itoa(v) != k {
					t.Errorf("%q has %d", k, v)
				}
				n++
			}
			if n != 1000 {
				t.Errorf("%d entries", n)
			}
		})
	}
	done.Wait()
}

func keys(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]string, n)
	for i := range out {
		out[i] = "call/" + strconv.FormatUint(r.Uint64(), 36) + strconv.FormatUint(r.Uint64(), 36)
	}
	return out
}

func BenchmarkMap(b *testing.B) {
	for _, n := range []int{10_000, 500_000} {
		ks := keys(n)
		var m table.Map[string, *int]
		for i, k := range ks {
			m = m.With(k, &i)
		}
		name := strconv.Itoa(n/1000) + "k"
		b.Run("Get/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				m.Get(ks[i%n])
			}
		})
		b.Run("With/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				m.With(ks[i*7919%n], &n)
			}
		})
		b.Run("WithNew/"+name, func(b *testing.B) {
			b.ReportAllocs()
			more := keys(n + 1000)[n:]
			b.ResetTimer()
			for i := range b.N {
				m.With(more[i%1000], &n)
			}
		})
		b.Run("Without/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				m.Without(ks[i*7919%n])
			}
		})
		b.Run("All/"+name, func(b *testing.B) {
			for range b.N {
				for range m.All() {
				}
			}
		})
		text, err := json.Marshal(m)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("Unmarshal/"+name, func(b *testing.B) {
			for range b.N {
				var back table.Map[string, *int]
				if err := back.UnmarshalJSON(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
