package vault

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// Names of the key files under the data directory. The checkpoint key stands with the ledger that it signs.
const (
	SessionKeyFile = "session.key"
	SiteSecretFile = "site.key"
)

// Keys are the three keys of a site, as several nodes share them in one key file.
type Keys struct {
	Session    ed25519.PrivateKey // signs tokens
	Before     ed25519.PublicKey  // of the session key before this one, still honoured; nil when there is none
	Checkpoint ed25519.PrivateKey // signs the ledger's checkpoints
	Site       []byte             // SecretSize bytes; turns outside numbers into ids
}

const keysFormat = "readback-keys/1"

// MakeKeys makes new keys, for a key file.
func MakeKeys() (Keys, error) {
	b := make([]byte, 3*SecretSize)
	if _, err := rand.Read(b); err != nil {
		return Keys{}, fmt.Errorf("vault: %w", err)
	}
	return Keys{
		Session:    ed25519.NewKeyFromSeed(b[:SecretSize]),
		Checkpoint: ed25519.NewKeyFromSeed(b[SecretSize : 2*SecretSize]),
		Site:       b[2*SecretSize:],
	}, nil
}

// keysFile is one JSON object with exactly these members; keys are seeds of 32 bytes, in standard base64:
//
//	{"format":"readback-keys/1","session":"…","before":"…","checkpoint":"…","site":"…"}
type keysFile struct {
	Format     string `json:"format"`
	Session    []byte `json:"session"`
	Before     []byte `json:"before,omitempty"`
	Checkpoint []byte `json:"checkpoint"`
	Site       []byte `json:"site"`
}

// WriteKeyFile makes the key file, readable by its owner only. It never writes over a file: that is fs.ErrExist.
func WriteKeyFile(path string, k Keys) error {
	if len(k.Session) != ed25519.PrivateKeySize || len(k.Checkpoint) != ed25519.PrivateKeySize {
		return fmt.Errorf("vault: %s: %w: a key is missing", path, ErrKeyFile)
	}
	f := keysFile{keysFormat, k.Session.Seed(), k.Before, k.Checkpoint.Seed(), k.Site}
	if _, err := f.keys(); err != nil {
		return fmt.Errorf("vault: %s: %w", path, err)
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return writeSecret(path, append(text, '\n'))
}

// LoadKeyFile reads what WriteKeyFile wrote. A missing file is fs.ErrNotExist, one that others can read ErrLoose, and
// anything else than the format ErrKeyFile: an unknown, missing or repeated member, a key of another length, two keys
// alike.
func LoadKeyFile(path string) (Keys, error) {
	b, err := readSecret(path)
	if err != nil {
		return Keys{}, err
	}
	f, err := parseKeys(b)
	if err != nil {
		return Keys{}, fmt.Errorf("vault: %s: %w", path, err)
	}
	k, err := f.keys()
	if err != nil {
		return Keys{}, fmt.Errorf("vault: %s: %w", path, err)
	}
	return k, nil
}

// parseKeys walks the tokens itself: json.Unmarshal takes the last of two equal names, names in any case, and arrays
// of numbers for base64.
func parseKeys(b []byte) (f keysFile, err error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	broken := fmt.Errorf("%w: it is cut short or no %s file", ErrKeyFile, keysFormat)
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return f, broken
	}
	into := map[string]*[]byte{"session": &f.Session, "before": &f.Before, "checkpoint": &f.Checkpoint, "site": &f.Site}
	for dec.More() {
		var pair [2]string
		for i := range pair {
			t, err := dec.Token()
			text, ok := t.(string)
			if err != nil || !ok {
				return f, broken
			}
			pair[i] = text
		}
		name, text := pair[0], pair[1]
		if name == "format" && f.Format == "" {
			f.Format = text
			continue
		}
		secret := into[name]
		if secret == nil {
			return f, fmt.Errorf("%w: %q is unknown or stands there twice", ErrKeyFile, name)
		}
		delete(into, name)
		if *secret, err = base64.StdEncoding.Strict().DecodeString(text); err != nil {
			return f, fmt.Errorf("%w: %q is not base64", ErrKeyFile, name)
		}
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return f, broken
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return f, fmt.Errorf("%w: something follows its object", ErrKeyFile)
	}
	return f, nil
}

func (f keysFile) keys() (Keys, error) {
	refuse := func(format string, a ...any) (Keys, error) {
		return Keys{}, fmt.Errorf("%w: %s", ErrKeyFile, fmt.Sprintf(format, a...))
	}
	if f.Format != keysFormat {
		return refuse("its format is %q, this program reads %q", f.Format, keysFormat)
	}
	secrets := []struct {
		name string
		b    []byte
	}{{"session", f.Session}, {"checkpoint", f.Checkpoint}, {"site", f.Site}, {"before", f.Before}}
	for i, s := range secrets {
		if s.name == "before" && len(s.b) == 0 {
			continue
		}
		if len(s.b) != SecretSize {
			return refuse("%q has %d bytes, it needs %d", s.name, len(s.b), SecretSize)
		}
		if !random(s.b) {
			return refuse("%q is one byte repeated", s.name)
		}
		for _, other := range secrets[:i] {
			if bytes.Equal(s.b, other.b) {
				return refuse("%q and %q are the same", other.name, s.name)
			}
		}
	}
	k := Keys{
		Session:    ed25519.NewKeyFromSeed(f.Session),
		Checkpoint: ed25519.NewKeyFromSeed(f.Checkpoint),
		Site:       f.Site,
	}
	if len(f.Before) > 0 {
		k.Before = ed25519.PublicKey(f.Before)
		if k.Before.Equal(k.Session.Public()) {
			return refuse("%q is the session key itself", "before")
		}
	}
	return k, nil
}

// LoadOrMakeKeys reads the session key and the site secret under dir, and makes what is missing. The checkpoint key
// is left empty: it belongs to the ledger.
func LoadOrMakeKeys(dir string) (k Keys, made bool, err error) {
	session, madeKey, err := LoadOrMakeKey(filepath.Join(dir, SessionKeyFile))
	if err != nil {
		return Keys{}, false, err
	}
	site, madeSecret, err := LoadOrMakeSecret(filepath.Join(dir, SiteSecretFile))
	if err != nil {
		return Keys{}, false, err
	}
	return Keys{Session: session, Site: site}, madeKey || madeSecret, nil
}
