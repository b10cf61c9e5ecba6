package vault_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/vault"
)

func TestWhatIsGuessedFirstIsRefusedWithTheReason(t *testing.T) {
	v := sqlitePlace(t) // its site is "main"
	for _, c := range []struct{ login, password, want string }{
		{"jane", "Password", "common"},
		{"jane", "P@ssw0rd", "common"},
		{"jane", "pa$$w0rd!!", "common"},
		{"jane", "PASSWORD2026", "common"},
		{"jane", "2026-password", "common"},
		{"jane", "password password", "common"},
		{"jane", "We1c0me!", "common"},
		{"jane", "welcome to us", ""},
		{"jane", "H0sp1ta1#77", "common"},
		{"jane", "hospital-laboratory", "common"},
		{"jane", "Readback.Lab.2026", "common"},
		{"jane", "November26!", "common"},
		{"jane", "Sommer2026", "common"},
		{"jane", "montag01", "common"},
		{"jane", "Michael1987", "common"},
		{"jane", "ch4ng3m3", "common"},
		{"jane", "letmein123", "common"},
		{"jane", "qwertyuiop", "common"},
		{"jane", "qwertz123", "common"},
		{"jane", "azerty2026!", "common"},
		{"jane", "1q2w3e4r", "common"},
		{"jane", "1qaz2wsx", "common"},
		{"jane", "!QAZ\"WSX", "common"},
		{"jane", "poiuytrewq", "common"},
		{"jane", "asdf1234", "common"},
		{"jane", "abcdefgh", "common"},
		{"jane", "hgfedcba", "common"},
		{"jane", "a1b2c3d4", "common"},
		{"jane", "12345678", "common"},
		{"jane", "19870412", "common"},
		{"jane", "98765432!", "common"},
		{"jane", "aaaaaaab", ""},
		{"jane", "aaaaaaaa", "common"},
		{"jane", "xyxyxyxy", "common"},
		{"jane", "rx7grx7g", "common"},
		{"jane", "rx7gq rx7gq", ""},
		{"jane", "qweasdzxc", "common"},
		{"jane", "main2026", "common"}, // the site
		{"jane", "jane2026!", "like-login"},
		{"jane", "j4n3j4n3", "like-login"},
		{"dr.lee@lab", "drleelab1", "like-login"},
		{"dr.lee@lab", "lee-2026!", "like-login"},
		{"dr.lee@lab", "lee likes herons", ""},
		{"okonkwo", "okonkwopassword", "common"},
		{"okonkwo", "Ok0nkw0!", "like-login"},
		{"ÅSA", "åsa 2026!", "like-login"},
		{"jane", "seven grey herons", ""},
		{"jane", "correct horse battery", ""},
		{"jane", "passwords are dull", ""},
		{"jane", "Summer in the old mill", ""},
		{"jane", "winter monday hospital april", ""}, // four words are a phrase
		{"jane", "klbvq-9272-hwrtd", ""},
		{"lee", "demo-lee-4711-x", ""}, // the demonstration's own
		{"jane", "七つの灰色の鷺", "too-short"},
		{"jane", "七つの灰色の鷺鳥", ""},
	} {
		if got := reason(t, v.SetPassword(t.Context(), "person/1", c.login, c.password)); got != c.want {
			t.Errorf("%s with login %s: %q, want %q", c.password, c.login, got, c.want)
		}
	}
}

// TestEachGuessedWordIsRefusedInEachDress takes a word of the list, changes its case and letters as people do, and puts
// digits and signs around it.
func TestEachGuessedWordIsRefusedInEachDress(t *testing.T) {
	swap := strings.NewReplacer("a", "@", "o", "0", "l", "1", "e", "3", "s", "$", "t", "7")
	around := rapid.StringMatching(`[0-9 !?._#*+-]{0,6}`)
	rapid.Check(t, func(r *rapid.T) {
		word := rapid.SampledFrom(vault.Guessed()).Draw(r, "word")
		if rapid.Bool().Draw(r, "swapped") {
			word = swap.Replace(word)
		}
		password := around.Draw(r, "before") + word + around.Draw(r, "after")
		if got, why := vault.Guess("main", "okonkwo", password); got != "common" || why == "" {
			r.Fatalf("%q: %q, %q", password, got, why)
		}
	})
}

// TestChanceIsNotRefused lets letters be drawn at random, as a password manager does.
func TestChanceIsNotRefused(t *testing.T) {
	letters := rapid.StringMatching(`[bdfhkmpqvxz][jwvkqx][0-9][cgnrtz][uyaeo][0-9][fhkmp][!-%][wxyz][bd]`)
	rapid.Check(t, func(r *rapid.T) {
		password := letters.Draw(r, "password")
		if got, why := vault.Guess("main", "okonkwo", password); got != "" {
			r.Fatalf("%q: %q, %q", password, got, why)
		}
	})
}

func TestGuessedWordsAreFoldedAndStandOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, word := range vault.Guessed() {
		key, err := vault.LoginKey(word)
		if err != nil || key != word {
			t.Errorf("%q can never match: it folds to %q, %v", word, key, err)
		}
		if seen[word] {
			t.Errorf("%q stands twice", word)
		}
		seen[word] = true
	}
	if len(seen) < 200 {
		t.Errorf("%d words", len(seen))
	}
}
