package critical

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// JudgeWords says what the set makes of a result in words: Critical with what
// is read back, Normal if each of its sentences is a finding that need not be
// called, else Unreadable, never Normal. Not ok means that the set lists no
// finding of this test. seed orders the texts to choose from.
//
// Rule names the test alone, since the finding itself is sealed.
func JudgeWords(set Set, loinc, text string, seed uint64) (v Verdict, ok bool) {
	of := set.findings(loinc)
	if len(of) == 0 {
		return Verdict{}, false
	}
	rule := set.ID + " " + set.Version + ": " + loinc + " in words"
	found := recognise(of, text)
	switch {
	case len(wordsOf(text)) == 0 || len(found) == 0:
		return Verdict{Outcome: Unreadable, Tier: urgentOf(of), Why: "no finding of " + set.label() + " is like it"}, true
	case found[0].Benign:
		return Verdict{Outcome: Normal, Rule: rule, Why: found[0].Label + " (" + set.label() + ")"}, true
	}
	var labels []string
	for _, f := range found {
		labels = append(labels, f.Label)
	}
	var group []Finding
	for _, f := range set.Findings {
		if slices.ContainsFunc(found, func(o Finding) bool { return o.Group == f.Group }) {
			group = append(group, f)
		}
	}
	return Verdict{
		Outcome: Critical, Tier: urgentOf(found), Rule: rule, Spoken: speak(found, group, text, seed),
		Why: strings.Join(labels, ", ") + " (" + set.label() + ")",
	}, true
}

// urgentOf is the most urgent tier of findings that are called.
func urgentOf(of []Finding) string {
	t := ""
	for _, f := range of {
		if own := f.tier(); !f.Benign && (t == "" || moreUrgent(own, t)) {
			t = own
		}
	}
	return t
}

func (f Finding) tier() string {
	if f.Tier == "" {
		return Tiers[0]
	}
	return f.Tier
}

func checkFindings(all []Finding) []Fault {
	var out []Fault
	for i, f := range all {
		add := func(fault, remedy string) {
			out = append(out, Fault{Finding: i + 1, Key: f.Group + ": " + f.Code, Fault: fault, Remedy: remedy})
		}
		f.check(add)
		others := 0
		for j, o := range all {
			if o.Group != f.Group || i == j {
				continue
			}
			others++
			if j > i {
				continue
			}
			if o.Code == f.Code {
				add(fmt.Sprintf("finding %d of its group has the same code", j+1), "give each a code of its own")
			}
			if o.Other && f.Other && slices.ContainsFunc(f.LOINC, func(l string) bool { return slices.Contains(o.LOINC, l) }) {
				add(fmt.Sprintf("finding %d, too, is what every other text of the test means", j+1), "keep one of them")
			}
			for _, p := range f.phrases() {
				if slices.ContainsFunc(o.phrases(), func(q []string) bool { return len(p) == len(q) && contains(p, q) }) {
					add(fmt.Sprintf("finding %d of its group has the same words", j+1), "make them differ by a word")
				}
			}
		}
		if len(f.Words) == 0 && !f.Benign && others < choices-1 {
			add("it has no words, and fewer than three others to choose it from", "give it one to four words, or its group more findings")
		}
	}
	return out
}

func (f Finding) check(add func(fault, remedy string)) {
	if f.Code == "" || f.Group == "" || f.Label == "" {
		add("it lacks its code, group or label", "give it all three")
	}
	if len(f.LOINC) == 0 || slices.ContainsFunc(f.LOINC, func(l string) bool { return !LOINC(l) }) {
		add("a test of it has no valid LOINC code", "list the tests that give it, with check digits")
	}
	if len(f.Words) > maxWords || slices.ContainsFunc(f.Words, func(w string) bool { return len(wordsOf(w)) != 1 }) {
		add("its words are not one to four single words", "put what belongs together into words of their own")
	}
	if len(f.phrases()) == 0 && !f.Other {
		add("nothing says how it is recognised", "give it words, or let it be what every other text means")
	}
	if f.Benign && (f.Other || f.Tier != "") {
		add("what need not be called has a tier, or stands for every unknown text", "drop one of the two")
	}
	if f.Tier != "" && !slices.Contains(Tiers, f.Tier) {
		add("the tier is not one of "+strings.Join(Tiers, ", "), "choose one of them")
	}
}

// chosen are the results of a call that are chosen among several, not typed.
func (c Call) chosen() []string {
	var out []string
	for _, r := range c.Results {
		if r.Outcome != Withdrawn && r.Told.Finding != nil && len(r.Told.Finding.Choose) > 0 {
			out = append(out, r.ID)
		}
	}
	return out
}

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}
