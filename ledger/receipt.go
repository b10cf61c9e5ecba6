package ledger

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrReceipt is returned for a receipt that proves nothing; the message says which part fails.
var ErrReceipt = errors.New("the receipt proves nothing")

// Receipt proves offline that an entry stands in a ledger: the entry's leaf, the hashes that lead from it to the root
// (RFC 6962 §2.1.1), and a signed checkpoint with that root. At most 2 KB for an entry of ordinary size.
// It shows no enclosure: what identifies a patient is proved only by who may see it, with the salt.
type Receipt struct {
	Type       string   `json:"type"`       // ReceiptType
	Leaf       string   `json:"leaf"`       // the entry's bytes, exactly
	Proof      []string `json:"proof"`      // base64 hashes, from the leaf up
	Checkpoint string   `json:"checkpoint"` // signed note, C2SP tlog-checkpoint
	Key        string   `json:"key"`        // the key that signed it, as the issuer says; trust it only if you know it
}

// ReceiptType names the form of a Receipt.
const ReceiptType = "readback-receipt/1"

// NewReceipt proves the entry at a place under a signed checkpoint of at least that size.
func NewReceipt(ctx context.Context, s Store, seq Seq, signed, public string) (Receipt, error) {
	c, err := OpenCheckpoint(signed, public)
	if err != nil {
		return Receipt{}, err
	}
	if seq < 1 || int64(seq) > c.Size {
		return Receipt{}, fmt.Errorf("%w: entry %d is not among the %d that the checkpoint covers", ErrReceipt, seq, c.Size)
	}
	es, err := s.Read(ctx, seq-1, 1)
	if err != nil {
		return Receipt{}, err
	}
	if len(es) != 1 || es[0].Seq != seq {
		return Receipt{}, fmt.Errorf("%w: entry %d is missing", ErrDamaged, seq)
	}
	p, err := tlog.ProveRecord(c.Size, int64(seq-1), hashes(ctx, s, tlog.Tree{N: c.Size, Hash: c.Root}))
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	r := Receipt{Type: ReceiptType, Leaf: string(es[0].Leaf), Proof: []string{}, Checkpoint: signed, Key: public}
	for _, h := range p {
		r.Proof = append(r.Proof, base64.StdEncoding.EncodeToString(h[:]))
	}
	return r, nil
}

// ParseReceipt reads a receipt as JSON. It refuses what Check would not look at: another type, unknown or doubled
// fields, another order or spacing, anything after it; only the line's end may be missing.
func ParseReceipt(b []byte) (Receipt, error) {
	var r Receipt
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Receipt{}, fmt.Errorf("%w: it cannot be read: %w", ErrReceipt, err)
	}
	if r.Type != ReceiptType {
		return Receipt{}, fmt.Errorf("%w: its type is %q, not %q", ErrReceipt, r.Type, ReceiptType)
	}
	again, err := r.JSON()
	if err != nil || !bytes.Equal(b, again) && !bytes.Equal(b, bytes.TrimSuffix(again, []byte("\n"))) {
		return Receipt{}, fmt.Errorf("%w: it is not in the form in which it was issued", ErrReceipt)
	}
	return r, nil
}

// JSON returns the receipt as it is handed out.
func (r Receipt) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	return b.Bytes(), nil
}

// Check proves that the receipt's entry stands in the ledger whose checkpoints the given key signs, and returns both.
// It asks nobody. Error: ErrReceipt or ErrNote, naming the part that fails.
func (r Receipt) Check(public string) (Entry, Checkpoint, error) {
	if r.Key != public {
		return Entry{}, Checkpoint{}, fmt.Errorf("%w: it names the key %q, not %q", ErrReceipt, r.Key, public)
	}
	c, err := OpenCheckpoint(r.Checkpoint, public)
	if err != nil {
		return Entry{}, Checkpoint{}, fmt.Errorf("%w: checkpoint: %w", ErrReceipt, err)
	}
	e, err := Decode([]byte(r.Leaf))
	if err != nil {
		return Entry{}, Checkpoint{}, fmt.Errorf("%w: entry: %w", ErrReceipt, err)
	}
	if Origin(e.Site) != c.Origin {
		return Entry{}, Checkpoint{}, fmt.Errorf("%w: the entry is of site %q, the checkpoint of %q", ErrReceipt, e.Site, c.Origin)
	}
	var p tlog.RecordProof
	for i, s := range r.Proof {
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil || len(b) != len(Hash{}) {
			return Entry{}, Checkpoint{}, fmt.Errorf("%w: hash %d of the proof cannot be read", ErrReceipt, i+1)
		}
		p = append(p, Hash(b))
	}
	if err := tlog.CheckRecord(p, c.Size, c.Root, int64(e.Seq-1), e.LeafHash()); err != nil {
		return Entry{}, Checkpoint{}, fmt.Errorf("%w: entry %d does not lead to the checkpoint: %w", ErrReceipt, e.Seq, err)
	}
	return e, c, nil
}
