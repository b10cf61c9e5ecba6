package demo_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app/demo"
	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
)

var morning = time.Date(2026, 3, 28, 6, 30, 0, 0, time.UTC)

func TestSameSeedSendsTheSameMessagesInTheSameOrder(t *testing.T) {
	const n = 2000
	first, again, other := demo.Script(7, n, morning), demo.Script(7, n, morning), demo.Script(8, n, morning)
	for i := range first {
		if !bytes.Equal(first[i].Raw, again[i].Raw) {
			t.Fatalf("message %d differs", i+1)
		}
	}
	same := 0
	for i := range first {
		if bytes.Equal(first[i].Raw, other[i].Raw) {
			same++
		}
	}
	if same > n/10 {
		t.Errorf("%d of %d messages of another seed are the same", same, n)
	}
}

// Every time in a message is that of the run or of the message, so taking both out leaves what the seed decides.
func TestRunsOfOneSeedDifferInTimesAlone(t *testing.T) {
	evening := morning.Add(1000*time.Hour + 17*time.Second)
	timeless := func(m demo.Sent, start, at time.Time) string {
		text := strings.ReplaceAll(string(m.Raw), start.Format("060102150405"), "RUN")
		for _, d := range []time.Duration{0, -25 * time.Minute, -40 * time.Minute} {
			text = strings.ReplaceAll(text, at.Add(d).Format("20060102150405-0700"), "TIME")
		}
		return text
	}
	one, two := demo.Script(7, 500, morning), demo.Script(7, 500, evening)
	n := 0
	for i := range one {
		if one[i].Again {
			continue // with the time of the one before
		}
		n = i + 1
		d := time.Duration(n) * time.Minute
		a, b := numbers(t, one[i].Raw), numbers(t, two[i].Raw)
		if a[0] == b[0] || a[1] != "" && a[1] == b[1] {
			t.Fatalf("message %d has the numbers %v in another run too: it would count as a repeat", n, a)
		}
		if timeless(one[i], morning, morning.Add(d)) != timeless(two[i], evening, evening.Add(d)) {
			t.Fatalf("message %d differs in more than times:\n%q\n%q", n, one[i].Raw, two[i].Raw)
		}
	}
	if n == 0 {
		t.Error("no message was looked at")
	}
}

// numbers are a message's control number and its order's.
func numbers(t *testing.T, raw []byte) [2]string {
	t.Helper()
	m, err := hl7.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return [2]string{m.ControlID(), m.First("OBR").Text(3)}
}

func TestScriptHasEverythingAHospitalSends(t *testing.T) {
	n := map[string]int{}
	all := demo.Script(1, 2000, morning)
	for i, m := range all {
		n[m.Event]++
		for what, is := range map[string]bool{"critical": m.Critical, "odd": m.Odd, "again": m.Again, "critical of " + m.Unit: m.Critical} {
			if is {
				n[what]++
			}
		}
		parsed, err := hl7.Parse(m.Raw)
		if err != nil {
			t.Fatalf("message %d: %v", i+1, err)
		}
		if parsed.Sender() != "demolis.demo" && parsed.Sender() != "demoadt.demo" {
			t.Fatalf("message %d is of %q", i+1, parsed.Sender())
		}
	}
	for _, what := range []string{"A01", "A02", "A03", "odd", "again", "critical of ICU-2", "critical of MED-4", "critical of ED"} {
		if n[what] < 10 {
			t.Errorf("%s: %d of %d messages", what, n[what], len(all))
		}
	}
	if n["critical"] < len(all)/20 || n["critical"] > len(all)/5 {
		t.Errorf("%d of %d messages are critical", n["critical"], len(all))
	}
	first := all[demo.Beds]
	if !first.Critical || first.Unit != "ICU-2" {
		t.Errorf("after the admissions comes %q", first.Line)
	}
}

func TestUsualValuesCallNobodyAndCriticalOnesAlwaysDo(t *testing.T) {
	set := critical.ExampleSets()[0]
	who := critical.Subject{AgeKnown: true, AgeLeast: 20000, AgeMost: 20000, Sex: "F"}
	judge := func(v demo.Values, text string) critical.Outcome {
		value, err := critical.Parse(text, critical.Locale{})
		if err != nil {
			t.Fatalf("%s: %q: %v", v.LOINC, text, err)
		}
		return critical.Judge(set, who, v.LOINC, value, true, critical.Canonical(v.Unit)).Outcome
	}
	for _, v := range demo.Tests() {
		if !critical.LOINC(v.LOINC) || critical.Canonical(v.Unit) == "" {
			t.Errorf("%s in %q", v.LOINC, v.Unit)
		}
		for _, text := range v.Usual {
			if o := judge(v, text); o != critical.Normal && o != critical.NoLimit {
				t.Errorf("%s of %s is %s", v.LOINC, text, o)
			}
		}
		for _, text := range v.Critical {
			if o := judge(v, text); o != critical.Critical {
				t.Errorf("%s of %s is %s", v.LOINC, text, o)
			}
		}
	}
}

func TestRosterLeavesNoPostAloneAtAnyHour(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var b roster.Book
	for i, p := range demo.Staff() {
		b = b.Apply(&roster.Admitted{Person: p}, roster.Mark{Seq: int64(i) + 1, At: morning})
	}
	// The clocks go forward in the first of these fortnights and back in the last.
	for _, now := range []time.Time{morning, morning.Add(9 * time.Hour), morning.Add(20 * time.Hour), morning.AddDate(0, 7, -7)} {
		p := demo.Plan(now, berlin)
		if err := b.Check(&p, false, now); err != nil {
			t.Fatal(err)
		}
		if p.From.After(now) || now.Sub(p.From) > 13*time.Hour {
			t.Errorf("at %v the roster begins at %v", now, p.From)
		}
		with := b.Apply(&p, roster.Mark{Seq: 100, At: now})
		for at := p.From; at.Before(p.To); at = at.Add(time.Hour) {
			for _, post := range p.Posts {
				want := 2
				if post.ID == roster.Desk {
					want = 1
				}
				if on := with.OnDuty(post.ID, at); len(on) != want {
					t.Fatalf("at %v %d are at %s", at, len(on), post.ID)
				}
			}
			if on := with.OnDuty("post/icu-2", at); on[0].Person != "person/lee" {
				t.Fatalf("at %v %s has first call of ICU-2", at, on[0].Person)
			}
		}
	}
}

func TestEveryScenePlaysInEachSeed(t *testing.T) {
	for seed := range int64(20) {
		all := ""
		for _, m := range demo.Script(seed, 300, morning) {
			all += m.Line + "\n"
		}
		for _, want := range []string{
			"preliminary: positive", "the organism is named", "about to be moved", "not critical after all", "orders: ", "of the order", "nobody mapped",
			"haemolysed", "a note that somebody was told", "without a patient's number", "taken back", "as the preliminary said", "not of whom", "no number",
		} {
			if !strings.Contains(all, want) {
				t.Errorf("seed %d: no line says %q", seed, want)
			}
		}
	}
}
