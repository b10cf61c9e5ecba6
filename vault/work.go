package vault

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// Work is the cost of one hash with argon2id (RFC 9106).
type Work struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

// DefaultWork is above OWASP's least (19 MiB, 2 passes, 1 lane) and takes about 50 ms on one core of 2025.
var DefaultWork = Work{Memory: 32 * 1024, Passes: 2, Lanes: 1}

// errPHC says that a stored hash is not one of ours: the table was changed by hand, or is damaged.
var errPHC = errors.New("stored hash cannot be read")

const (
	saltSize    = 16
	hashSize    = 32
	atOnce      = 2               // each takes Work.Memory, and the cores are needed for calls
	largestWork = 1 * 1024 * 1024 // KiB; a damaged row must not take the machine's memory
)

// hasher makes and checks PHC strings, at most two at once. The others wait until their context ends.
type hasher struct {
	work  Work
	slots chan struct{} // as large as the number of hashings at once
	mu    sync.Mutex
	rand  io.Reader // guarded by mu
}

func newHasher(w Work, rand io.Reader) (*hasher, error) {
	if w == (Work{}) {
		w = DefaultWork
	}
	if w.Passes < 1 || w.Lanes < 1 || w.Memory < 8*uint32(w.Lanes) || w.Memory > largestWork {
		return nil, fmt.Errorf("work of %d KiB, %d passes, %d lanes is out of range", w.Memory, w.Passes, w.Lanes)
	}
	return &hasher{work: w, slots: make(chan struct{}, atOnce), rand: rand}, nil
}

// enter takes a slot; the caller gives it back by calling leave.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// make hashes secret with a new salt, in a slot of its own.
func (h *hasher) make(ctx context.Context, secret []byte) (phc string, err error) {
	salt, err := h.random(saltSize)
	if err != nil {
		return "", err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return format(h.work, salt, h.work.hash(secret, salt, hashSize)), nil
}

// check compares in constant time; the caller holds a slot. stale says that the hash was made with other work than
// hashes are made with now.
func (h *hasher) check(phc string, secret []byte) (right, stale bool, err error) {
	w, salt, want, err := parse(phc)
	if err != nil {
		return false, false, err
	}
	got := w.hash(secret, salt, len(want))
	stale = w != h.work || len(salt) != saltSize || len(want) != hashSize
	return subtle.ConstantTimeCompare(got, want) == 1, stale, nil
}

// decoy is a hash that no secret has, as dear to compare with as a real one.
func (h *hasher) decoy() (string, error) {
	b, err := h.random(saltSize + hashSize)
	if err != nil {
		return "", err
	}
	return format(h.work, b[:saltSize], b[saltSize:]), nil
}

func (h *hasher) random(n int) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := make([]byte, n)
	_, err := io.ReadFull(h.rand, b)
	return b, err
}

func (w Work) hash(secret, salt []byte, size int) []byte {
	return argon2.IDKey(secret, salt, w.Passes, w.Memory, w.Lanes, uint32(size)) // 16 to 64
}

func format(w Work, salt, hash []byte) string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, w.Memory, w.Passes, w.Lanes, enc.EncodeToString(salt), enc.EncodeToString(hash))
}

// parse reads exactly what format writes, and nothing near it.
func parse(phc string) (w Work, salt, hash []byte, err error) {
	var version int
	part := strings.Split(phc, "$")
	if len(part) != 6 {
		return Work{}, nil, nil, errPHC
	}
	if _, err := fmt.Sscanf(part[2]+" "+part[3], "v=%d m=%d,t=%d,p=%d",
		&version, &w.Memory, &w.Passes, &w.Lanes); err != nil {
		return Work{}, nil, nil, errPHC
	}
	enc := base64.RawStdEncoding.Strict()
	salt, err1 := enc.DecodeString(part[4])
	hash, err2 := enc.DecodeString(part[5])
	switch {
	case err1 != nil || err2 != nil,
		version != argon2.Version || w.Passes < 1 || w.Passes > 64 || w.Lanes < 1 || w.Memory > largestWork,
		w.Memory < 8*uint32(w.Lanes) || len(salt) < 8 || len(salt) > 64 || len(hash) < 16 || len(hash) > 64,
		format(w, salt, hash) != phc:
		return Work{}, nil, nil, errPHC
	}
	return w, salt, hash, nil
}
