package lab

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// KeyWindow is how long an idempotency key is remembered.
const KeyWindow = 48 * time.Hour

// Key is a command's idempotency key: the same command sent again gives the first answer. The zero Key is none.
type Key struct{ name, content string }

// NewKey returns the key of a command: who sends it, the name the sender gave it, and its content.
func NewKey(sender, name string, content []byte) Key {
	return Key{name: digest([]byte(sender + "\x00" + name)), content: digest(content)}
}

// digest returns 128 bits of SHA-256 in base64url.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func (k Key) String() string {
	if k.name == "" {
		return ""
	}
	return k.name + "/" + k.content
}

// remembered is what is known of a key: the content it stood for and the entries written with it.
type remembered struct {
	content     string
	first, last ledger.Seq
}

// keys remembers the keys of KeyWindow. It belongs to the writer; a batch puts its own keys into an overlay that is
// dropped with the draft.
type keys struct {
	known map[string]remembered
	order []aged // by time, for forgetting
}

type aged struct {
	name string
	at   time.Time
}

func newKeys() *keys { return &keys{known: map[string]remembered{}} }

// note remembers the key of an entry that is durable.
func (k *keys) note(key string, seq ledger.Seq, at time.Time) {
	name, content, ok := strings.Cut(key, "/")
	if !ok {
		return
	}
	r, known := k.known[name]
	if !known {
		r = remembered{content: content, first: seq}
		k.order = append(k.order, aged{name: name, at: at})
	}
	r.last = seq
	k.known[name] = r
	for len(k.order) > 0 && at.Sub(k.order[0].at) > KeyWindow {
		delete(k.known, k.order[0].name)
		k.order = k.order[1:]
	}
}
