package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrNote is returned for a checkpoint that cannot be read, is of another ledger, or is not signed by the known key.
var ErrNote = errors.New("not a checkpoint of this ledger")

// Origin returns the first line of a site's checkpoints, "SITE/ledger".
func Origin(site string) string { return site + "/ledger" }

// Checkpoint says what the ledger was at a size: whoever holds one can ask for proof that later ones only add to it.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
}

// Text returns the checkpoint in C2SP tlog-checkpoint form, to be signed as a note.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fmt.Errorf("%w: it has not three lines", ErrNote)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	c := Checkpoint{Origin: lines[0], Size: size}
	if err != nil || err2 != nil || len(root) != len(c.Root) {
		return Checkpoint{}, fmt.Errorf("%w: size or root cannot be read", ErrNote)
	}
	c.Root = Hash(root)
	if c.Text() != text {
		return Checkpoint{}, fmt.Errorf("%w: it is not in its one form", ErrNote)
	}
	return c, nil
}

// Signer signs a site's checkpoints.
type Signer struct {
	signer note.Signer
	public string
	origin string
}

// NewSigner returns the signer of a site whose checkpoint key is given.
func NewSigner(site string, key ed25519.PrivateKey) (*Signer, error) {
	origin := Origin(site)
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: the key is not Ed25519", ErrNote)
	}
	vkey, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return nil, fmt.Errorf("checkpoint key: %w", err)
	}
	// note's text form of a private key: "PRIVATE+KEY+name+hash+base64(algorithm‖seed)".
	hash := strings.Split(strings.TrimPrefix(vkey, origin), "+")[1]
	skey := "PRIVATE+KEY+" + origin + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, key.Seed()...))
	s, err := note.NewSigner(skey)
	if err != nil {
		return nil, fmt.Errorf("checkpoint key: %w", err)
	}
	return &Signer{signer: s, public: vkey, origin: origin}, nil
}

// Public returns the key by which others check the signer's checkpoints, as a note verifier key: "ORIGIN+hash+base64".
// It stands in the ledger's first entry and is printed by `readback receipt`.
func (s *Signer) Public() string { return s.public }

// Sign returns the signed note of a checkpoint.
func (s *Signer) Sign(size int64, root Hash) (string, error) {
	msg, err := note.Sign(&note.Note{Text: Checkpoint{Origin: s.origin, Size: size, Root: root}.Text()}, s.signer)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	return string(msg), nil
}

// OpenCheckpoint returns what a signed checkpoint says, if the key given by its public form signed it. Error: ErrNote.
func OpenCheckpoint(signed, public string) (Checkpoint, error) {
	v, err := note.NewVerifier(public)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: public key: %w", ErrNote, err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrNote, err)
	}
	// base64 has spare bits at its end that a verifier does not look at: only the form that Sign writes is taken.
	sig, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	if err != nil || signed != n.Text+"\n— "+v.Name()+" "+base64.StdEncoding.EncodeToString(sig)+"\n" {
		return Checkpoint{}, fmt.Errorf("%w: its signature is not in its one form", ErrNote)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, fmt.Errorf("%w: it is of %q, the key of %q", ErrNote, c.Origin, v.Name())
	}
	return c, nil
}

// Witness signs checkpoints of a store, each only after it has read the leaves since the last one again and come to
// the same root by a second path. It is not safe for concurrent use.
type Witness struct {
	store  Store
	signer *Signer
	edge   *Edge
}

// NewWitness returns a witness that starts at the head of the store: what was written before is proved by Verify.
func NewWitness(ctx context.Context, s Store, signer *Signer) (*Witness, error) {
	head, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	edge, err := OpenEdge(int64(head.Seq), func(level int, n int64) ([]byte, error) { return s.Tile(ctx, level, n) },
		func(after Seq, limit int) ([]Entry, error) { return s.Read(ctx, after, limit) })
	if err != nil {
		return nil, err
	}
	if edge.Root() != head.Root {
		return nil, fmt.Errorf("%w: the root over %d entries is not the one kept", ErrDamaged, head.Seq)
	}
	return &Witness{store: s, signer: signer, edge: edge}, nil
}

// Sign checks what was appended since it last signed, signs the ledger's head, keeps the note in the store, and
// returns it. An empty ledger gives the zero Note. Errors: ErrDamaged (nothing was signed: raise the alarm).
func (w *Witness) Sign(ctx context.Context) (Note, error) {
	head, err := w.store.Head(ctx)
	if err != nil || head.Seq == 0 {
		return Note{}, err
	}
	edge := w.edge.Clone()
	for edge.Size() < int64(head.Seq) {
		es, err := w.store.Read(ctx, Seq(edge.Size()), int(min(int64(head.Seq)-edge.Size(), MaxRead)))
		if err != nil {
			return Note{}, err
		}
		if len(es) == 0 {
			return Note{}, fmt.Errorf("%w: entry %d is missing", ErrDamaged, edge.Size()+1)
		}
		for i := range es {
			again, err := Decode(es[i].Leaf)
			if err != nil || int64(again.Seq) != edge.Size()+1 {
				return Note{}, fmt.Errorf("%w: entry %d cannot be read", ErrDamaged, edge.Size()+1)
			}
			edge.Add(es[i].LeafHash())
		}
	}
	if edge.Size() != int64(head.Seq) || edge.Root() != head.Root {
		return Note{}, fmt.Errorf("%w: the root over %d entries is not the one kept", ErrDamaged, head.Seq)
	}
	signed, err := w.signer.Sign(edge.Size(), head.Root)
	if err != nil {
		return Note{}, err
	}
	n := Note{Size: edge.Size(), Signed: signed}
	if err := w.store.Signed(ctx, n); err != nil {
		return Note{}, err
	}
	w.edge = edge
	return n, nil
}

// Consistency returns the proof that the ledger of size newer only adds to what it was at size older
// (RFC 6962 §2.1.2); CheckConsistency checks it without the ledger.
func Consistency(ctx context.Context, s Store, older, newer Checkpoint) ([]Hash, error) {
	p, err := tlog.ProveTree(newer.Size, older.Size, hashes(ctx, s, tlog.Tree{N: newer.Size, Hash: newer.Root}))
	if err != nil {
		return nil, fmt.Errorf("consistency proof: %w", err)
	}
	return p, nil
}

// CheckConsistency returns an error unless proof shows that newer only adds to older.
func CheckConsistency(older, newer Checkpoint, proof []Hash) error {
	if older.Origin != newer.Origin {
		return fmt.Errorf("%w: %q and %q are different ledgers", ErrNote, older.Origin, newer.Origin)
	}
	if older.Size == newer.Size {
		if !bytes.Equal(older.Root[:], newer.Root[:]) {
			return fmt.Errorf("%w: two checkpoints of %d entries differ", ErrDamaged, older.Size)
		}
		return nil
	}
	if err := tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("%w: history does not match: %w", ErrDamaged, err)
	}
	return nil
}

// SignHead signs a store's head without keeping the note, for a reader that may not write: the leaves since the newest
// kept checkpoint are read again and hashed by a second path first. Errors: ErrDamaged, ErrNote.
func SignHead(ctx context.Context, s Store, signer *Signer) (Note, error) {
	last, err := s.LastCheckpoint(ctx)
	if err != nil {
		return Note{}, err
	}
	var kept Checkpoint
	if last.Size > 0 {
		if kept, err = OpenCheckpoint(last.Signed, signer.Public()); err != nil {
			return Note{}, err
		}
	}
	edge, err := OpenEdge(kept.Size, func(level int, n int64) ([]byte, error) { return s.Tile(ctx, level, n) },
		func(after Seq, limit int) ([]Entry, error) { return s.Read(ctx, after, limit) })
	if err != nil {
		return Note{}, err
	}
	if kept.Size > 0 && edge.Root() != kept.Root {
		return Note{}, fmt.Errorf("%w: the checkpoint of %d entries is not what the entries give", ErrDamaged, kept.Size)
	}
	w := &Witness{store: unkept{s}, signer: signer, edge: edge}
	return w.Sign(ctx)
}

// unkept is a store that keeps no checkpoint.
type unkept struct{ Store }

// Signed implements Store.
func (unkept) Signed(context.Context, Note) error { return nil }
