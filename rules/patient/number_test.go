package patient_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/patient"
)

func TestARecordIsFoundByItsNumberHoweverItIsGrouped(t *testing.T) {
	b := fold(
		named("patient/a", "DOE", mrn("4711-0815"), patient.Number{Value: "v 12.3", Kind: "VN", Assigner: "WARD"}),
		named("patient/b", "ROE", patient.Number{Value: "47110815", Kind: "MR", Assigner: "Clinic"}),
		named("patient/c", "LOE", mrn("471108150"), mrn("--")),
	)
	for ask, want := range map[[2]string]string{
		{"4711 0815", ""}: "patient/a patient/b", {"4711/0815", "hosp"}: "patient/a", {"47110815", "clinic"}: "patient/b",
		{"V123", ""}: "patient/a", {"471108150", ""}: "patient/c", {"4711", ""}: "", {"-", ""}: "", {"", ""}: "", {"47110815", "ward"}: "",
	} {
		var got []string
		for _, p := range b.With(ask[0], ask[1]) {
			got = append(got, p.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q by %q: %v, want %s", ask[0], ask[1], got, want)
		}
	}
	// A number that was replaced finds nobody; neither does one of who was dropped.
	if b = b.Apply(named("patient/a", "DOE", mrn("1")), mark(9)); len(b.With("V123", "")) != 0 || len(b.With("1", "")) != 1 {
		t.Error("a replaced number finds its patient, or the new one does not")
	}
	if b = b.Without("patient/a"); len(b.With("1", "")) != 0 {
		t.Error("a dropped record is found")
	}
}

// What is found by the list is what a look at every record finds.
func TestNumbersFindWhatALookAtEachRecordFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b patient.Book
		for seq := range rapid.IntRange(1, 30).Draw(t, "n") {
			for _, ev := range draw(t, b) {
				b = b.Apply(ev, mark(seq+1))
			}
			if rapid.IntRange(0, 9).Draw(t, "drop") == 0 {
				b = b.Without("patient/a")
			}
		}
		for _, number := range []string{"", "1", "2", "3"} {
			var want, got []string
			for id, p := range b.Patients.All() {
				if number != "" && slices.ContainsFunc(p.Numbers, func(n patient.Number) bool { return n.Value == number }) {
					want = append(want, id)
				}
			}
			for _, p := range b.With(number, "") {
				got = append(got, p.ID)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%q: %s", number, d)
			}
		}
	})
}
