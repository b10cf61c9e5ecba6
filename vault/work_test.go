package vault_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/seed-909bec58/readback/vault"
)

func TestDefaultWorkIsAboveTheLeast(t *testing.T) {
	if w := vault.DefaultWork; w.Memory < 19*1024 || w.Passes < 2 || w.Lanes < 1 {
		t.Errorf("%+v", w)
	}
}

func TestTwoAreHashedAtOnceAndTheThirdWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		enter, err := vault.Slots()
		must(t, err)
		first, err := enter(t.Context())
		must(t, err)
		_, err = enter(t.Context())
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		entered := 0
		var gaveUp error
		go func() {
			_, err := enter(t.Context())
			if err == nil {
				entered++
			}
		}()
		synctest.Wait()
		go func() { _, gaveUp = enter(ctx) }()
		synctest.Wait()
		if entered != 0 || gaveUp != nil {
			t.Errorf("%d entered, %v", entered, gaveUp)
		}
		cancel()
		synctest.Wait()
		wants(t, gaveUp, context.Canceled)
		first()
		synctest.Wait()
		if entered != 1 {
			t.Error("the third did not enter")
		}
	})
}

func TestOddStoredHashIsRefused(t *testing.T) {
	const (
		salt = "AAECAwQFBgcICQoLDA0ODw"
		hash = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	)
	good := "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + hash
	if again, err := vault.ParsePHC(good); err != nil || again != good {
		t.Fatal(again, err)
	}
	for _, phc := range []string{
		"", "$", "plain", good + "$", good[1:], " " + good, good + "=", good + "\n",
		"$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + hash, "$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + hash, "$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + hash,
		"$argon2id$v=19$m=7,t=1,p=1$" + salt + "$" + hash, "$argon2id$v=19$m=4294967295,t=1,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=64,t=4294967295,p=1$" + salt + "$" + hash, "$argon2id$v=19$m=64,t=1,p=257$" + salt + "$" + hash,
		"$argon2id$v=19$m=-64,t=1,p=1$" + salt + "$" + hash, "$argon2id$v=19$m=064,t=1,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$t=1,m=64,p=1$" + salt + "$" + hash, "$argon2id$v=19$m=64,t=1,p=1,x=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=64,t=1,p=1$$" + hash, "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$",
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$AAAA", "$2b$12$abcdefghijklmnopqrstuv",
	} {
		if _, err := vault.ParsePHC(phc); err == nil {
			t.Errorf("%q was read", phc)
		}
	}
}

func FuzzStoredHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
	f.Fuzz(func(t *testing.T, phc string) {
		if again, err := vault.ParsePHC(phc); err == nil && again != phc {
			t.Fatalf("%q is written %q", phc, again)
		}
	})
}

func BenchmarkCheckPassword(b *testing.B) {
	for name, login := range map[string]string{"known": "lee", "unknown": "nobody"} {
		b.Run(name, func(b *testing.B) {
			dsn, err := vault.SQLiteFile(b.TempDir() + "/vault.db")
			if err != nil {
				b.Fatal(err)
			}
			v := benchVault(b, dsn)
			for b.Loop() {
				if _, err := v.CheckPassword(b.Context(), login, "not "+good); err == nil {
					b.Fatal("taken")
				}
			}
		})
	}
}
