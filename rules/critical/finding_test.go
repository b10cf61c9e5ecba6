package critical_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/critical"
)

const culture, malaria, screen = "600-7", "32700-7", "6864-3"

// cultures is a list of findings of our own, for tests.
func cultures() critical.Set {
	blood := func(code, label string, words string, also ...string) critical.Finding {
		f := critical.Finding{Code: code, Group: "blood culture", LOINC: []string{culture}, Label: label, Also: also}
		if words != "" {
			f.Words = strings.Fields(words)
		}
		return f
	}
	other := blood("other", "another organism", "")
	other.Other = true
	none := blood("none", "no growth", "no growth", "kein Wachstum", "sterile", "negative")
	none.Benign = true
	seen := critical.Finding{Code: "malaria", Group: "parasites", LOINC: []string{malaria}, Label: "malaria parasites", Words: []string{"malaria"}, Also: []string{"plasmodium"}}
	unseen := critical.Finding{Code: "none", Group: "parasites", LOINC: []string{malaria}, Label: "no parasites", Words: []string{"no", "parasites"}, Also: []string{"negative", "no malaria"}, Benign: true}
	all := critical.Finding{Code: "any", Group: "sickle", LOINC: []string{screen}, Label: "sickle screen", Words: []string{"sickle"}, Other: true}
	return critical.Set{ID: "limits/words", Name: "Words", Version: "1", Source: "us", Findings: []critical.Finding{
		blood("gnr", "Gram-negative rods", "gram negative rods", "GNR", "gramnegative Stäbchen"),
		blood("gpc", "Gram-positive cocci", "gram positive cocci", "GPC"),
		blood("yeast", "yeast", "yeast", "Hefe"),
		blood("saureus", "Staphylococcus aureus", "staphylococcus aureus"),
		blood("mrsa", "Staphylococcus aureus, resistant to methicillin", "methicillin resistant staphylococcus aureus", "MRSA"),
		blood("cons", "Staphylococcus, coagulase-negative", "coagulase negative staphylococcus", "CoNS"),
		blood("ecoli", "Escherichia coli", "escherichia coli", "E. coli"),
		other, none, seen, unseen, all,
	}}
}

func finding(t testing.TB, set critical.Set, code string) critical.Finding {
	t.Helper()
	i := slices.IndexFunc(set.Findings, func(f critical.Finding) bool { return f.Code == code })
	if i < 0 {
		t.Fatalf("no finding %s", code)
	}
	return set.Findings[i]
}

func TestAFindingIsReadBackByItsWords(t *testing.T) {
	set := cultures()
	if f := critical.Check(set); len(f) > 0 {
		t.Fatal(f)
	}
	for _, c := range []struct {
		code, typed string
		want        bool
	}{
		{"gnr", "gram negative rods", true},
		{"gnr", "Gram-Negative RODS", true},
		{"gnr", "rods, gram-negative", true},
		{"gnr", "gram negative rods in the anaerobic bottle", true},
		{"gnr", "gnr", true},
		{"gnr", "Gramnegative Stabchen", true},
		{"gnr", "gramnegative Stäbchen", true},
		{"gnr", "gramnegative Sta\u0308bchen", true},
		{"gnr", "gram rods", false},
		{"gnr", "gram positive rods", false},
		{"gnr", "gram negative cocci", false},
		{"gnr", "gram negative rods and cocci", false},
		{"gnr", "no gram negative rods", false},
		{"gnr", "gram negative rods negative", false},
		{"gnr", "keine gram negative rods", false},
		{"gnr", "gram negative rods, yeast", false},
		{"gnr", "", false},
		{"gnr", "---", false},
		{"saureus", "staphylococcus aureus", true},
		{"saureus", "Staphylococcus Aureus Staphylococcus", true},
		{"saureus", "staphylococcus", false},
		{"saureus", "MRSA", false},
		{"saureus", "methicillin-resistant Staphylococcus aureus", false},
		{"mrsa", "MRSA", true},
		{"mrsa", "staphylococcus aureus", false},
		{"mrsa", "staphylococcus aureus methicillin resistant", true},
		{"cons", "coagulase-negative staphylococcus", true},
		{"cons", "staphylococcus, not coagulase negative", false},
		{"ecoli", "E. coli", true},
		{"ecoli", "e coli isn't there", false},
		{"yeast", "Hefe", true},
		{"malaria", "malaria", true},
		{"malaria", "no malaria", false},
	} {
		if got := finding(t, set, c.code).Matches(c.typed, set.Findings); got != c.want {
			t.Errorf("%s by %q: %v", c.code, c.typed, got)
		}
	}
}

func TestAResultInWordsIsJudgedByTheListOfFindings(t *testing.T) {
	set := cultures()
	for _, c := range []struct {
		loinc, text string
		want        critical.Outcome
		said        string
	}{
		{culture, "Gram-negative rods seen in the anaerobic bottle", critical.Critical, "gram negative rods"},
		{culture, "GRAM NEGATIVE RODS, NOT YET IDENTIFIED", critical.Critical, "gram negative rods"},
		{culture, "Gram negative rods. Gram positive cocci.", critical.Critical, "gram negative rods positive cocci"},
		{culture, "MRSA", critical.Critical, "methicillin resistant staphylococcus aureus"},
		{culture, "Methicillin-resistant Staphylococcus aureus", critical.Critical, "methicillin resistant staphylococcus aureus"},
		{culture, "3092008^Staphylococcus aureus^SCT", critical.Critical, "staphylococcus aureus"},
		{culture, "E. coli", critical.Critical, "escherichia coli"},
		{culture, "No growth", critical.Normal, ""},
		{culture, "NO GROWTH AFTER 5 DAYS.", critical.Normal, ""},
		{culture, "kein Wachstum nach 2 Tagen", critical.Normal, ""},
		{culture, "No growth aerobic. Gram positive cocci anaerobic.", critical.Critical, "gram positive cocci"},
		{culture, "no growth aerobic; Kocuria rosea anaerobic", critical.Critical, ""},
		{culture, "Kocuria rosea", critical.Critical, ""},
		{culture, "no growth of gram positive cocci but of something else", critical.Critical, ""},
		{culture, "", critical.Unreadable, ""},
		{malaria, "Malaria parasites seen", critical.Critical, "malaria"},
		{malaria, "PLASMODIUM FALCIPARUM 2 %", critical.Critical, "malaria"},
		{malaria, "No malaria parasites seen", critical.Normal, ""},
		{malaria, "No parasites seen", critical.Normal, ""},
		{malaria, "No parasites seen, malaria antigen positive", critical.Critical, "malaria"},
		{malaria, "see comment", critical.Unreadable, ""},
		{malaria, "no malaria but Babesia", critical.Unreadable, ""},
		{screen, "negative", critical.Critical, "sickle"},
		{screen, "positive", critical.Critical, "sickle"},
	} {
		v, ok := critical.JudgeWords(set, c.loinc, c.text, 1)
		said := ""
		if v.Spoken != nil {
			said = strings.Join(v.Spoken.Said, " ")
		}
		if !ok || v.Outcome != c.want || said != c.said || v.Why == "" {
			t.Errorf("%q: %s %q (%s), want %s %q", c.text, v.Outcome, said, v.Why, c.want, c.said)
		}
		if v.Spoken != nil && said != "" && !v.Spoken.Matches(said) {
			t.Errorf("%q: its own words %q are refused", c.text, said)
		}
	}
	if _, ok := critical.JudgeWords(set, "2823-3", "Malaria", 1); ok {
		t.Error("a test without findings is judged by words")
	}
}

func TestAFindingWithoutWordsIsChosenAmongThreeOthers(t *testing.T) {
	set := cultures()
	orders := map[string]bool{}
	places := map[int]bool{}
	for seed := range uint64(40) {
		v, _ := critical.JudgeWords(set, culture, "Kocuria rosea", seed)
		s := v.Spoken
		if len(s.Choose) != 4 || !slices.Contains(s.Choose, "Kocuria rosea") || s.Said != nil {
			t.Fatalf("%+v", s)
		}
		orders[strings.Join(s.Choose, "|")] = true
		for i, text := range s.Choose {
			if s.Matches(text) != (text == "Kocuria rosea") {
				t.Errorf("%q of %q", text, s.Choose)
			}
			if text == "Kocuria rosea" {
				places[i] = true
			}
		}
		again, _ := critical.JudgeWords(set, culture, "Kocuria rosea", seed)
		if !slices.Equal(again.Spoken.Choose, s.Choose) {
			t.Error("the same seed gives another order")
		}
	}
	if len(orders) < 20 || len(places) != 4 {
		t.Errorf("%d orders, %d places", len(orders), len(places))
	}
}

func TestAFindingIsCalledAndReadBackAndTheRecordSaysHow(t *testing.T) {
	for name, c := range map[string]struct {
		value, wrong, right string
		chosen              bool
	}{
		"typed":  {"Gram-negative rods", "gram positive cocci", "rods gram negative", false},
		"chosen": {"Kocuria rosea", "yeast", "Kocuria rosea", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			words := cultures()
			words.ID = "limits/cultures"
			words.Rows = arup(t).Rows
			s.do(s.board.Draft(words))
			s.do(s.board.Approve(words.ID, "1", "", "person/dr-faber", s.now, s.now))
			s.do(critical.Map("LAB", critical.Coding{Code: "BC"}, critical.Test{LOINC: culture, Label: "Blood culture"}))
			evs := s.do(s.board.File(message("m1", report("r1", "BC", c.value, "", "P")), s.now))
			o := only[*critical.Opened](t, evs)
			if strings.Contains(o.Results[0].Rule, "gnr") || o.Sealed.Told[0].Finding == nil {
				t.Fatalf("%+v", o)
			}
			s.do(s.board.File(message("m2", report("r1", "BC", strings.ToUpper(c.value)+".", "", "F")), s.now))
			if got, _ := s.board.Find("call/m1/1"); got.Version != 1 {
				t.Error("the same words are a correction")
			}
			if evs, err := s.board.ReadBack(answer(1, "4827", c.wrong)); err != nil || kinds(evs) != "critical.mismatched" {
				t.Errorf("%s, %v", kinds(evs), err)
			}
			r := only[*critical.ReadBack](t, s.do(s.board.ReadBack(answer(1, "4827", c.right))))
			if slices.Equal(r.Chosen, []string{"result/r1"}) != c.chosen {
				t.Errorf("%+v", r)
			}
			s.holds()
		})
	}
}

func TestFindingsThatCannotBeToldApartAreRefused(t *testing.T) {
	for fault, change := range map[string]func(*critical.Set){
		"has the same code":      func(s *critical.Set) { s.Findings[1].Code = "gnr" },
		"has the same words":     func(s *critical.Set) { s.Findings[1].Words = []string{"rods", "Negative", "gram"} },
		"fewer than three":       func(s *critical.Set) { s.Findings[9].Words = nil },
		"too, is what every":     func(s *critical.Set) { s.Findings[0].Other = true },
		"one to four single":     func(s *critical.Set) { s.Findings[0].Words = []string{"gram negative", "rods"} },
		"no valid LOINC":         func(s *critical.Set) { s.Findings[0].LOINC = []string{"600-8"} },
		"lacks its code":         func(s *critical.Set) { s.Findings[0].Label = "" },
		"the tier is not one of": func(s *critical.Set) { s.Findings[0].Tier = "stat" },
		"need not be called":     func(s *critical.Set) { s.Findings[8].Tier = "critical" },
		"nothing says":           func(s *critical.Set) { s.Findings[8].Words, s.Findings[8].Also = nil, nil },
	} {
		s := cultures()
		s.Findings = slices.Clone(s.Findings)
		change(&s)
		if f := critical.Check(s); len(f) == 0 || !slices.ContainsFunc(f, func(f critical.Fault) bool { return strings.Contains(f.Error(), fault) }) {
			t.Errorf("%s: %v", fault, f)
		}
	}
}

// TestNoDenialAndNoOtherFindingMatches types a finding's words in any order
// and case, then adds a negation or another finding's words.
func TestNoDenialAndNoOtherFindingMatches(t *testing.T) {
	set := cultures()
	var named []critical.Finding
	for _, f := range set.Findings {
		if f.Group == "blood culture" && !f.Other && !f.Benign {
			named = append(named, f)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := rapid.SampledFrom(named).Draw(rt, "finding")
		words := rapid.Permutation(f.Words).Draw(rt, "order")
		sep := rapid.SampledFrom([]string{" ", "-", ", ", " / "}).Draw(rt, "sep")
		typed := strings.Join(words, sep)
		if rapid.Bool().Draw(rt, "upper") {
			typed = strings.ToUpper(typed)
		}
		if !f.Matches(typed, set.Findings) {
			rt.Fatalf("%q is refused", typed)
		}
		no := rapid.SampledFrom([]string{"no", "Not", "ohne", "KEINE", "without", "isn't"}).Draw(rt, "no")
		for _, denied := range []string{no + " " + typed, typed + " " + no} {
			if f.Matches(denied, set.Findings) {
				rt.Fatalf("%q matches", denied)
			}
		}
		o := rapid.SampledFrom(named).Draw(rt, "other")
		if o.Code != f.Code && f.Matches(strings.Join(o.Words, " "), set.Findings) {
			rt.Fatalf("the words of %s match %s", o.Code, f.Code)
		}
	})
}

func FuzzJudgeWords(f *testing.F) {
	for _, s := range []string{"No growth", "Gram-negative rods.", "E. coli", "3092008^S. aureus^SCT", "\xff\x00", "no malaria", "ß ſ İ"} {
		f.Add(culture, s)
	}
	set := cultures()
	f.Fuzz(func(t *testing.T, loinc, text string) {
		v, ok := critical.JudgeWords(set, loinc, text, 3)
		if !ok {
			return
		}
		if v.Outcome == critical.Critical {
			back := strings.Join(v.Spoken.Said, " ")
			if v.Spoken.Choose != nil {
				back = v.Spoken.True
			}
			if !v.Spoken.Matches(back) {
				t.Errorf("%q: its own words %q are refused", text, back)
			}
		}
		if v.Outcome == critical.Normal && strings.Contains(strings.ToLower(text), "coli") {
			t.Errorf("%q is normal", text)
		}
	})
}
