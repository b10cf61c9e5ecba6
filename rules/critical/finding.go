package critical

import (
	"slices"
	"strings"
)

// Finding is a result in words, such as an organism in a blood culture: how it
// is recognised among what senders write, and which words are read back.
type Finding struct {
	Code  string   `json:"code"`            // its name within its group, such as "gram-negative-rods"
	Group string   `json:"group"`           // the findings that it must be told apart from, such as "blood culture"
	LOINC []string `json:"loinc"`           // the tests that give it
	Label string   `json:"label"`           // for people
	Words []string `json:"words,omitempty"` // canonical, 1–4; without any it is chosen, not typed
	// Also is other words for the whole of it, each as one phrase: "gram negative bacilli", "GNR".
	Also []string `json:"also,omitempty"`
	// Other: it is what a text is that is no finding of its tests ("any other organism").
	Other bool `json:"other,omitempty"`
	// Benign: it need not be called ("no growth").
	Benign bool   `json:"benign,omitempty"`
	Tier   string `json:"tier,omitempty"` // of one that is called
	Note   string `json:"note,omitempty"`
}

// maxWords is how many canonical words a finding has at most; choices is among
// how many one without words is chosen, itself among them.
const (
	maxWords = 4
	choices  = 4
)

// Spoken is a finding, or several in one result, as it is read back: frozen
// when it is told. It says what the finding is, so it is sealed.
type Spoken struct {
	Said    []string     `json:"said,omitempty"`    // the canonical words, as shown
	Each    [][][]string `json:"each,omitempty"`    // for each finding its phrases, folded: one of them whole
	Foreign []string     `json:"foreign,omitempty"` // folded words that belong to other findings of the group
	Choose  []string     `json:"choose,omitempty"`  // instead: the texts to choose from, in the order to be shown
	True    string       `json:"true,omitempty"`    // the one of them that it is
}

// Matches tells whether what was typed is the finding: every word of one of
// its phrases is there, in any order, and neither a negation nor a word of
// another finding of its group beside them. Case, accents and hyphens are
// folded. Of a finding that is chosen the very text must be given.
func (s Spoken) Matches(typed string) bool {
	if len(s.Choose) > 0 {
		return typed != "" && slices.Equal(wordsOf(typed), wordsOf(s.True))
	}
	left := wordsOf(typed)
	if len(left) == 0 || len(s.Each) == 0 {
		return false
	}
	own := map[string]bool{}
	for _, phrases := range s.Each {
		best, found := left, false
		for _, p := range phrases {
			for _, w := range p {
				own[w] = true
			}
			if rest, ok := without(left, p); ok && (!found || len(rest) < len(best)) {
				best, found = rest, true
			}
		}
		if !found && !slices.ContainsFunc(phrases, func(p []string) bool { return contains(wordsOf(typed), p) }) {
			return false // the words of two findings may be the same ones
		}
		left = best
	}
	for _, w := range left {
		if negates(w) || slices.Contains(s.Foreign, w) && !own[w] {
			return false
		}
	}
	return true
}

// Matches tells whether what was typed is this finding and no other of its
// group; see Spoken.
func (f Finding) Matches(typed string, group []Finding) bool {
	return speak([]Finding{f}, group, typed, 0).Matches(typed)
}

// speak freezes found for a read-back: of the findings of their group, of
// which group may hold more. text is as sent; seed orders what is chosen from.
func speak(found, group []Finding, text string, seed uint64) *Spoken {
	s := &Spoken{}
	for _, f := range found {
		if len(f.Words) == 0 {
			return choose(f, group, text, seed)
		}
		for _, w := range f.Words {
			if !slices.Contains(s.Said, w) {
				s.Said = append(s.Said, w)
			}
		}
		s.Each = append(s.Each, f.phrases())
	}
	for _, o := range group {
		mine := func(f Finding) bool { return f.Group == o.Group && f.Code == o.Code }
		if o.Benign || !slices.ContainsFunc(found, func(f Finding) bool { return f.Group == o.Group }) || slices.ContainsFunc(found, mine) {
			continue
		}
		for _, p := range o.phrases() {
			s.Foreign = append(s.Foreign, p...)
		}
	}
	slices.Sort(s.Foreign)
	s.Foreign = slices.DeleteFunc(slices.Compact(s.Foreign), func(w string) bool {
		return slices.ContainsFunc(s.Each, func(ps [][]string) bool {
			return slices.ContainsFunc(ps, func(p []string) bool { return slices.Contains(p, w) })
		})
	})
	return s
}

// choose freezes a finding without words: the sent text among the labels of
// three others of its group.
func choose(f Finding, group []Finding, text string, seed uint64) *Spoken {
	s := &Spoken{True: strings.TrimSpace(text)}
	if len(wordsOf(s.True)) == 0 {
		s.True = f.Label
	}
	for _, i := range order(len(group), &seed) {
		o := group[i]
		if o.Group == f.Group && o.Code != f.Code && len(s.Choose) < choices-1 && !slices.Equal(wordsOf(o.Label), wordsOf(s.True)) {
			s.Choose = append(s.Choose, o.Label)
		}
	}
	s.Choose = slices.Insert(s.Choose, below(len(s.Choose)+1, &seed), s.True)
	return s
}

// order is 0 to n−1 in an order that hangs on the seed alone (Fisher and Yates).
func order(n int, seed *uint64) []int {
	out := make([]int, n)
	for i := range out {
		j := below(i+1, seed)
		out[i], out[j] = out[j], i
	}
	return out
}

// below is the next number under n that a seed gives (splitmix64). It orders
// texts on a screen and keeps nothing secret.
func below(n int, seed *uint64) int {
	*seed += 0x9e3779b97f4a7c15
	z := *seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// phrases are the canonical words and each other phrase, folded.
func (f Finding) phrases() [][]string {
	var out [][]string
	for _, p := range append([]string{strings.Join(f.Words, " ")}, f.Also...) {
		if w := wordsOf(p); len(w) > 0 {
			out = append(out, w)
		}
	}
	return out
}

// findings are those of a set that a test gives.
func (s Set) findings(loinc string) []Finding {
	var out []Finding
	for _, f := range s.Findings {
		if slices.Contains(f.LOINC, loinc) {
			out = append(out, f)
		}
	}
	return out
}

// recognise tells which findings a text is, of those that a test gives: the
// called ones that it names without a negation, each sentence for itself; one
// benign one if every sentence is explained by benign ones alone; else the
// test's Other; nothing if nobody can say.
func recognise(of []Finding, text string) []Finding {
	sentences := sentencesOf(text)
	var called []Finding
	for _, f := range of {
		if !f.Benign && slices.ContainsFunc(sentences, func(s []string) bool { return f.named(s) }) {
			called = append(called, f)
		}
	}
	if len(called) > 0 {
		return narrowest(called)
	}
	if f, ok := harmless(of, sentences); ok {
		return []Finding{f}
	}
	for _, f := range of {
		if f.Other {
			return []Finding{f}
		}
	}
	return nil
}

// named tells whether a sentence names the finding and does not deny it.
func (f Finding) named(sentence []string) bool {
	for _, p := range f.phrases() {
		if rest, ok := without(sentence, p); ok && !slices.ContainsFunc(rest, negates) {
			return true
		}
	}
	return false
}

// harmless is the benign finding of the last sentence, if benign ones explain
// every sentence.
func harmless(of []Finding, sentences [][]string) (out Finding, ok bool) {
	for _, s := range sentences {
		i := slices.IndexFunc(of, func(f Finding) bool {
			return f.Benign && slices.ContainsFunc(f.phrases(), func(p []string) bool { return explains(of, s, p) })
		})
		if i < 0 {
			return Finding{}, false
		}
		out, ok = of[i], true
	}
	return out, ok
}

// explains tells whether a benign phrase explains each word of a sentence:
// beside the phrase there are only words of benign findings, words that say
// nothing, and whole phrases of findings that it denies. A time beside one of
// these may part what was not there from what is: then nobody can say.
func explains(of []Finding, sentence, phrase []string) bool {
	rest, ok := without(sentence, phrase)
	if !ok {
		return false
	}
	benign := map[string]bool{}
	denied := false
	for _, f := range of {
		for _, p := range f.phrases() {
			if f.Benign {
				for _, w := range p {
					benign[w] = true
				}
			} else if left, ok := without(rest, p); ok {
				rest, denied = left, true
			}
		}
	}
	return !slices.ContainsFunc(rest, func(w string) bool { return !benign[w] && !says(w) || denied && times(w) })
}

// narrowest leaves out findings whose words are all among those of another
// one found: a staphylococcus that is named is no other staphylococcus.
func narrowest(found []Finding) []Finding {
	var out []Finding
	for i, f := range found {
		wider := func(o Finding) bool {
			a, b := wordsOf(strings.Join(f.Words, " ")), wordsOf(strings.Join(o.Words, " "))
			return len(a) < len(b) && contains(b, a)
		}
		if !slices.ContainsFunc(found, wider) && !slices.ContainsFunc(found[:i], func(o Finding) bool { return o.Code == f.Code && o.Group == f.Group }) {
			out = append(out, f)
		}
	}
	return out
}
