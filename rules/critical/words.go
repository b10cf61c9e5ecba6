package critical

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// plural is a count with its noun: "1 day", "30 days".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// wordsOf is a text's words, folded: letters and digits in lower case without
// accents; everything else parts them, but an apostrophe, which is dropped.
func wordsOf(text string) []string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\'' || r == '\u2019' || unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r):
			if s, ok := plainLetters[unicode.ToLower(r)]; ok {
				b.WriteString(s)
			} else {
				b.WriteRune(unicode.ToLower(r))
			}
		case unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

// plainLetters are the Latin letters with a mark, without it.
var plainLetters = func() map[rune]string {
	m := map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ĳ': "ij"}
	for plain, marked := range map[string]string{
		"a": "àáâãäåāăąǎ", "c": "çćĉċč", "d": "ďđð", "e": "èéêëēĕėęě", "g": "ĝğġģ", "h": "ĥħ", "i": "ìíîïĩīĭįı", "j": "ĵ", "k": "ķ",
		"l": "ĺļľŀł", "n": "ñńņňŉ", "o": "òóôõöøōŏő", "r": "ŕŗř", "s": "śŝşšș", "t": "ţťŧț", "u": "ùúûüũūŭůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
	} {
		for _, r := range marked {
			m[r] = plain
		}
	}
	return m
}()

// sentencesOf is a text's sentences as words: a point, comma, semicolon, colon
// or line end parts them, but not the point of an abbreviation, which follows
// one or two letters ("E. coli").
func sentencesOf(text string) [][]string {
	var out [][]string
	start := 0
	letters := 0 // in a row before the place
	cut := func(end int) {
		if w := wordsOf(text[start:end]); len(w) > 0 {
			out = append(out, w)
		}
	}
	for i, r := range text {
		switch {
		case strings.ContainsRune(",;:\n\r\u3002\uff0c", r), r == '.' && letters > 2:
			cut(i)
			start, letters = i+len(string(r)), 0
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			letters++
		default:
			letters = 0
		}
	}
	cut(len(text))
	return out
}

// negates tells whether a folded word denies what stands beside it.
func negates(word string) bool { return slices.Contains(negations, word) }

var negations = []string{
	"no", "not", "non", "none", "nil", "never", "neither", "nor", "without", "absent", "absence", "negative", "neg", "free", "cannot", "isnt", "wasnt", "arent",
	"werent", "undetected", "undetectable", "nonreactive", "excluded", "unlikely", "denied", "kein", "keine", "keinen", "keiner", "keines", "keinem", "nicht",
	"ohne", "negativ", "nie", "weder", "noch", "fehlt", "fehlend", "ausgeschlossen", "aucun", "aucune", "pas", "sans", "negatif", "sin", "ningun",
	"negativo", "nessun", "nessuna", "senza", "assente",
}

// says tells whether a folded word says nothing of a finding: when, where and
// by whom it was looked for.
func says(word string) bool {
	return slices.Contains(fillers, word) || strings.Trim(word, "0123456789") == ""
}

// times tells whether a folded word is a number or a part of a time.
func times(word string) bool {
	return slices.Contains(spans, word) || strings.Trim(word, "0123456789") == ""
}

var spans = []string{"after", "day", "days", "hour", "hours", "h", "hr", "hrs", "d", "nach", "tag", "tage", "tagen", "stunden"}

var fillers = []string{
	"a", "an", "the", "of", "in", "at", "on", "by", "for", "to", "is", "are", "was", "were", "be", "has", "have", "been", "seen", "found", "detected", "isolated",
	"observed", "identified", "present", "after", "so", "far", "date", "yet", "day", "days", "hour", "hours", "h", "hr", "hrs", "d", "x", "final", "preliminary",
	"report", "result", "sct", "sn", "scm", "ln", "hl70136", "gesehen", "gefunden", "nachgewiesen", "nachweisbar", "nach", "tag", "tage", "tagen", "stunden",
	"bis", "jetzt", "bisher", "im", "der", "die", "das",
}

// contains tells whether every word of phrase is among words, each as often.
func contains(words, phrase []string) bool {
	_, ok := without(words, phrase)
	return ok
}

// without is words less those of phrase, each taken once; false if one is missing.
func without(words, phrase []string) ([]string, bool) {
	rest := slices.Clone(words)
	for _, p := range phrase {
		i := slices.Index(rest, p)
		if i < 0 {
			return words, false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return rest, true
}
