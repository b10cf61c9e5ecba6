package vault_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/vault"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

// alone checks that the folder holds this file only, for its owner only.
func alone(t *testing.T, path string) {
	t.Helper()
	all, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(all) != 1 {
		t.Errorf("%d files", len(all))
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestKeyIsMadeOnceAndFoundAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "session.key")
	a, made, err := vault.LoadOrMakeKey(path)
	if err != nil || !made || len(a) != ed25519.PrivateKeySize {
		t.Fatal(made, err)
	}
	b, made, err := vault.LoadOrMakeKey(path)
	if err != nil || made || !a.Equal(b) {
		t.Fatal(made, err)
	}
	alone(t, path)

	path = filepath.Join(t.TempDir(), "site.key")
	s, made, err := vault.LoadOrMakeSecret(path)
	if err != nil || !made || len(s) != vault.SecretSize {
		t.Fatal(made, err)
	}
	again, made, err := vault.LoadOrMakeSecret(path)
	if err != nil || made || !bytes.Equal(s, again) {
		t.Fatal(made, err)
	}
	alone(t, path)
}

func TestProcessesThatStartAtOnceShareOneKey(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	got := make([]vault.Keys, 16)
	for i := range got {
		wg.Go(func() {
			var err error
			if got[i], _, err = vault.LoadOrMakeKeys(dir); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range got {
		if !k.Session.Equal(got[0].Session) || !bytes.Equal(k.Site, got[0].Site) || len(k.Site) != vault.SecretSize {
			t.Error("two keys")
		}
	}
	all, err := os.ReadDir(dir)
	if err != nil || len(all) != 2 {
		t.Error(all, err)
	}
}

func TestKeyThatOthersCanReadIsRefused(t *testing.T) {
	for _, mode := range []fs.FileMode{0o604, 0o640, 0o644, 0o660, 0o601, 0o620} {
		dir := t.TempDir()
		key, site, all := filepath.Join(dir, "k"), filepath.Join(dir, "s"), filepath.Join(dir, "all")
		_, _, err1 := vault.LoadOrMakeKey(key)
		_, _, err2 := vault.LoadOrMakeSecret(site)
		must(t, errors.Join(err1, err2, vault.WriteKeyFile(all, makeKeys(t))))
		for _, path := range []string{key, site, all} {
			must(t, os.Chmod(path, mode))
		}
		_, _, err1 = vault.LoadOrMakeKey(key)
		_, _, err2 = vault.LoadOrMakeSecret(site)
		_, err3 := vault.LoadKeyFile(all)
		for i, err := range []error{err1, err2, err3} {
			wants(t, err, vault.ErrLoose)
			if path := []string{key, site, all}[i]; !strings.Contains(err.Error(), "chmod 600 "+path) {
				t.Errorf("no advice: %v", err)
			}
		}
	}
}

func TestDamagedKeyIsRefusedAndLeft(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "session.key"), filepath.Join(dir, "site.key")
	_, _, err1 := vault.LoadOrMakeKey(path)
	_, _, err2 := vault.LoadOrMakeSecret(other)
	must(t, errors.Join(err1, err2))
	key, secret := read(t, path), read(t, other)
	short := string(pem.EncodeToMemory(&pem.Block{Type: "READBACK SITE SECRET", Bytes: []byte("short")}))
	foreign := string(pem.EncodeToMemory(&pem.Block{Type: "OTHER SECRET", Bytes: []byte("thirty-two bytes of other secrets")[:32]}))
	zero := string(pem.EncodeToMemory(&pem.Block{Type: "READBACK SITE SECRET", Bytes: make([]byte, 32)}))
	for _, text := range []string{
		"", "\n", "secret", key[:len(key)/2], key + key, key + "x", secret + secret, secret[5:],
		short, zero, foreign, strings.Replace(key, "MC", "MD", 1), strings.Repeat(key, 2000),
	} {
		for _, load := range []func(string) (any, bool, error){
			func(p string) (any, bool, error) { return loaded(vault.LoadOrMakeKey(p)) },
			func(p string) (any, bool, error) { return loaded(vault.LoadOrMakeSecret(p)) },
		} {
			write(t, path, text)
			if _, made, err := load(path); made || !errors.Is(err, vault.ErrKeyFile) {
				t.Errorf("%.30q: %v, %v", text, made, err)
			}
			if read(t, path) != text {
				t.Error("the file was changed")
			}
		}
	}
	write(t, path, secret)
	_, _, err := vault.LoadOrMakeKey(path)
	wants(t, err, vault.ErrKeyFile)
	write(t, path, key)
	_, _, err = vault.LoadOrMakeSecret(path)
	wants(t, err, vault.ErrKeyFile)
	if _, _, err := vault.LoadOrMakeKey(dir); !errors.Is(err, vault.ErrKeyFile) && !errors.Is(err, vault.ErrLoose) {
		t.Error("a folder: ", err)
	}
	if _, _, err := vault.LoadOrMakeKey(filepath.Join(dir, "missing", "k")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a missing folder: ", err)
	}
}

func loaded[T any](v T, made bool, err error) (any, bool, error) { return v, made, err }

func makeKeys(t testing.TB) vault.Keys {
	t.Helper()
	k, err := vault.MakeKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyFileBringsBackItsKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	_, err := vault.LoadKeyFile(path)
	wants(t, err, fs.ErrNotExist)
	want := makeKeys(t)
	for _, before := range []ed25519.PublicKey{nil, makeKeys(t).Session.Public().(ed25519.PublicKey)} {
		want.Before = before
		must(t, vault.WriteKeyFile(path, want))
		got, err := vault.LoadKeyFile(path)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Error(err, d)
		}
		alone(t, path)
		text := read(t, path)
		wants(t, vault.WriteKeyFile(path, makeKeys(t)), fs.ErrExist)
		if read(t, path) != text {
			t.Error("written over")
		}
		must(t, os.Remove(path))
	}
}

func TestUnfitKeysAreNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	for i, spoil := range []func(*vault.Keys){
		func(k *vault.Keys) { k.Session = nil }, func(k *vault.Keys) { k.Checkpoint = nil },
		func(k *vault.Keys) { k.Site = nil }, func(k *vault.Keys) { k.Site = make([]byte, 32) },
		func(k *vault.Keys) { k.Site = k.Site[:31] }, func(k *vault.Keys) { k.Checkpoint = k.Session },
		func(k *vault.Keys) { k.Site = k.Session.Seed() }, func(k *vault.Keys) { k.Before = k.Before[:0:0]; k.Before = append(k.Before, 1) },
		func(k *vault.Keys) { k.Before = k.Session.Public().(ed25519.PublicKey) },
	} {
		k := makeKeys(t)
		spoil(&k)
		if err := vault.WriteKeyFile(path, k); !errors.Is(err, vault.ErrKeyFile) {
			t.Errorf("row %d: %v", i, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("row %d: a file is there", i)
		}
	}
}

func TestOddKeyFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	must(t, vault.WriteKeyFile(path, makeKeys(t)))
	text := read(t, path)
	seed := base64.StdEncoding.EncodeToString(makeKeys(t).Session.Seed())
	for _, odd := range []string{
		"", "null", "[]", "{}", text[:len(text)/2], text + "{}", text + "x",
		strings.Replace(text, "readback-keys/1", "readback-keys/2", 1), strings.Replace(text, `"site"`, `"sight"`, 1),
		strings.Replace(text, `"session"`, `"Session"`, 1), strings.Replace(text, "{", `{"site":"`+seed+`",`, 1),
		strings.Replace(text, "{", `{"SITE":"`+seed+`",`, 1), strings.Replace(text, "{", `{"more":"`+seed+`",`, 1),
		strings.Replace(text, "{", `{"before":"",`, 1) + " 1", strings.Replace(text, "{", `{"before":[1,2],`, 1),
		strings.Replace(text, "{", `{"before":"AAAA",`, 1), strings.Replace(text, `=",`, `",`, 1),
		strings.Replace(text, "{", `{"format":"readback-keys/1",`, 1), strings.Repeat(" ", 70_000) + text,
	} {
		write(t, path, odd)
		if k, err := vault.LoadKeyFile(path); !errors.Is(err, vault.ErrKeyFile) || k.Session != nil {
			t.Errorf("%.60q: %v", odd, err)
		}
	}
}

func FuzzKeyFile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "keys.json")
	if err := vault.WriteKeyFile(path, makeKeys(f)); err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := vault.ParseKeys(text)
		if err != nil {
			wants(t, err, vault.ErrKeyFile)
			return
		}
		path := filepath.Join(t.TempDir(), "again.json")
		must(t, vault.WriteKeyFile(path, k))
		again, err := vault.LoadKeyFile(path)
		if d := cmp.Diff(k, again); err != nil || d != "" {
			t.Fatal(err, d)
		}
	})
}
