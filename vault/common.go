package vault

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is guessed first is not a list of strings but a habit: a word or two that everybody knows, a walk over the keys,
// something repeated, then a year and a sign. So a password is common when nothing is left of it but at most mostParts
// such parts, with digits and signs between them. Dictionaries of stolen passwords are other people's; this is a rule.
const mostParts = 3

// guessed are the words that stand for nothing in a password, besides the login and the site's name.
var guessed = strings.Fields(`
	password passwort passphrase passcode pass secret geheim access login logon letmein welcome willkommen bienvenue
	bienvenido changeme change default initial admin administrator user guest root system server computer internet
	network online master service support manager office company test tester testing demo temp temporary sample example
	trustno iloveyou love lover loveme forever always hello hallo bonjour freedom whatever nothing please thanks
	sunshine princess prince angel shadow dragon monkey tiger panther flower butterfly cookie chocolate banana cheese
	coffee pepper ginger diamond silver golden purple orange yellow rainbow summer phoenix falcon eagle lucky magic
	football baseball basketball soccer hockey tennis hunter ranger killer superman batman spiderman starwars pokemon
	minecraft mustang ferrari porsche mercedes yamaha harley money number one two three
	hospital hospitals klinik klinikum clinic clinical clinician krankenhaus laboratory laboratories labor laboratoire
	lab labs readback critical result results doctor doctors nurse nurses medicine medical health healthcare patient
	patients emergency surgery pathology pathologist chemistry hematology haematology microbiology blood glucose
	potassium analyzer bench technician director supervisor
	january february march april may june july august september october november december
	januar februar maerz märz mai juni juli oktober dezember janvier février fevrier mars avril juin juillet août aout
	septembre octobre novembre décembre enero febrero marzo mayo junio julio agosto septiembre octubre
	noviembre diciembre
	spring autumn fall winter season frühling fruehling sommer herbst
	monday tuesday wednesday thursday friday saturday sunday weekend holiday christmas easter
	montag dienstag mittwoch donnerstag freitag samstag sonntag
	alexander alex andrea andrew angela anna anthony barbara benjamin charlie chris christian daniel david elizabeth
	emily emma frank george hannah jack jacob james jane jennifer jessica john johnny jonathan jordan joseph joshua
	julia justin karen kevin laura linda lisa maria mark martin mary matthew max michael michelle mike nicole oliver
	olivia patrick paul peter richard robert sabrina samantha sandra sarah sophie stefan stephanie steven susan thomas
	tobias victoria william
	america australia austria berlin canada chicago dallas deutschland england france germany london paris texas
`)

// walks are ways over the keys and the letters, each gone forth or back. Of those that differ from country to country
// there are three.
var walks = both(strings.Fields(`
	abcdefghijklmnopqrstuvwxyz 01234567890
	qwertyuiop asdfghjkl zxcvbnm qwertzuiopü asdfghjklöä yxcvbnm azertyuiop qsdfghjklm wxcvbn
	1q2w3e4r5t6y7u8i9o0p 1q2w3e4r5t6z7u8i9o0p 1a2z3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0
	1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p 1qay2wsx3edc4rfv5tgb6zhn7ujm8ik9ol0p 1aqw2zsx3edc4rfv5tgb6yhn7uj8ik9ol0pm
	qazwsxedcrfvtgbyhnujmikolp qaywsxedcrfvtgbzhnujmikolp aqwzsxedcrfvtgbyhnujikolpm
	a1b2c3d4e5f6g7h8i9 1a2b3c4d5e6f7g8h9i
`))

func both(lines []string) [][]rune {
	var out [][]rune
	for _, line := range lines {
		forth := []rune(line)
		back := slices.Clone(forth)
		slices.Reverse(back)
		out = append(out, forth, back)
	}
	return out
}

// A walk or a run shorter than shortestWalk is chance; a unit longer than longestUnit is a thought of one's own.
const (
	shortestWalk = 3
	longestUnit  = 4
)

// swaps are the letters that a character is typed for.
var swaps = map[rune]string{'@': "a", '4': "a", '0': "o", '1': "li", '3': "e", '$': "s", '5': "s", '7': "t"}

// guess says why a password would be guessed first: the reason of an [UnfitError] and its sentence, or two empty ones.
// All three are folded.
func guess(site, login, password string) (reason, why string) {
	text := []rune(password)
	own := names(login)
	if n := parts(text, own, false); n > 0 && n <= mostParts {
		return "like-login", "it is the login, with at most digits and signs around it."
	}
	switch n := parts(text, slices.Concat(guessed, own, names(site)), true); {
	case n == 0:
		return "common", "it is digits and signs only, which are tried first."
	case n <= mostParts:
		return "common", "it is made of words, names, neighbouring keys or repetitions that are tried first."
	}
	return "", ""
}

// names returns a name as it is, without its signs, and its words.
func names(name string) []string {
	sign := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	words := strings.FieldsFunc(name, sign)
	out := []string{name, strings.Join(words, "")}
	for _, word := range words {
		if utf8.RuneCountInString(word) >= shortestWalk {
			out = append(out, word)
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// parts returns the least number of words, walks and repetitions that text is made of, with digits and signs between
// them for nothing; more than mostParts when something else is left. Without repeats only words count.
// It looks at each place of text once for each word: at most 128 places.
func parts(text []rune, words []string, repeats bool) int {
	const never = mostParts + 1
	least := make([]int, len(text)+1) // of the first i characters
	for i := range least[1:] {
		least[i+1] = never
	}
	for i, r := range text {
		if least[i] == never {
			continue
		}
		if filler(r) {
			least[i+1] = min(least[i+1], least[i])
		}
		part := func(n int) { least[i+n] = min(least[i+n], least[i]+1) }
		for _, word := range words {
			if n := prefix(text[i:], word); n > 0 {
				part(n)
			}
		}
		if !repeats {
			continue
		}
		for n := shortestWalk; n <= walked(text[i:]); n++ {
			part(n)
		}
		for unit := 1; unit <= longestUnit; unit++ {
			for n := unit; i+n < len(text) && text[i+n] == text[i+n-unit]; n++ {
				if n+1 >= max(2*unit, shortestWalk) {
					part(n + 1)
				}
			}
		}
	}
	return least[len(text)]
}

// filler tells whether a character adds nothing: a digit, a sign or a blank. A letter of any script does, and a picture.
func filler(r rune) bool {
	return unicode.IsDigit(r) || unicode.IsPunct(r) || unicode.IsSpace(r) || r < utf8.RuneSelf && unicode.IsSymbol(r)
}

// prefix returns how many characters of text are the word, letter for letter or swapped; 0 if they are not.
func prefix(text []rune, word string) int {
	n := 0
	for _, want := range word {
		if n == len(text) || text[n] != want && !strings.ContainsRune(swaps[text[n]], want) {
			return 0
		}
		n++
	}
	return n
}

// walked returns how far text goes along a walk.
func walked(text []rune) int {
	longest := 0
	for _, walk := range walks {
		for at := range walk {
			n := 0
			for n < len(text) && at+n < len(walk) && text[n] == walk[at+n] {
				n++
			}
			longest = max(longest, n)
		}
	}
	return longest
}
