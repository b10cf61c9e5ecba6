package main_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// TestLedgerFormatsReceiptIsCheckedByItsWordsAlone writes the worked example, and checks its receipt as the page says:
// with SHA-256, Ed25519, base64 and JSON, and nothing of ours.
func TestLedgerFormatsReceiptIsCheckedByItsWordsAlone(t *testing.T) {
	leaves, enclosure, receipt := example(t)
	var doc strings.Builder
	fmt.Fprintf(&doc, "Five entries, one to a line:\n\n```json\n%s\n```\n\n", strings.Join(leaves, "\n"))
	fmt.Fprintf(&doc, "Entry 2 seals one enclosure. With the salt `%x` and the data\n\n```json\n%s\n```\n\nSHA-256(salt ‖ data) in base64 is the seal that stands in its leaf: `%s`.\n\n",
		enclosure.Salt, enclosure.Data, base64.StdEncoding.EncodeToString(sum(enclosure.Salt, enclosure.Data)))
	fmt.Fprintf(&doc, "A receipt of entry 4 (one JSON object; here wrapped as it is handed out):\n\n```json\n%s```\n\n", receipt)
	steps, err := stranger(receipt)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&doc, "The steps, with what they give:\n\n%s\n", steps)
	generated(t, "docs/ledger-format.md", "receipt", doc.String())

	for i := range receipt {
		bent := bytes.Clone(receipt)
		bent[i] ^= 1
		if _, err := stranger(bent); err == nil {
			t.Errorf("byte %d (%q) may be changed, and the steps of the page do not find it", i, receipt[i:i+1])
		}
	}
}

// example makes a ledger of five entries, and the receipt of the fourth.
func example(t *testing.T) (leaves []string, first ledger.Enclosure, receipt []byte) {
	t.Helper()
	at := time.Date(2026, 11, 22, 3, 5, 7, 123456000, time.UTC)
	store := ledger.NewMem("main", func() time.Time { return at })
	signer, err := ledger.NewSigner("main", ed25519.NewKeyFromSeed([]byte("the example of ledger-format.md!")))
	if err != nil {
		t.Fatal(err)
	}
	const call, result, lee = "call/6b0vq2m8x4t7p1c9/1", "result/9h2k7d4s1n8v5w3q", "person/dr-lee"
	evs := []struct {
		by, via string
		to      []string
		ev      wire.Event
	}{
		{"clock", "n1.0A1B2C3D", []string{"lab"}, &wire.Opened{Site: "main", Zone: "Europe/Berlin", Format: wire.Format, Key: signer.Public()}},
		{"machine/hl7-lab", "n1.0A1B2C3D", []string{"lab"}, &critical.Reported{
			Result: result, Message: "message/6b0vq2m8x4t7p1c9", Patient: "patient/3f8m1z6y2r5j9a7e", Call: call, Code: "K", LOINC: "2823-3",
			Unit: "mmol/L", Status: "F", Outcome: critical.Critical, Tier: "critical", Rule: "limits/arup-2019 2823-3",
			Sealed: critical.Sent{Value: "7.1", Unit: "mmol/L", Flag: "HH", Accession: "A-1042"},
		}},
		{lee, "n1.0A1B2C3D/s9f2c", []string{"lab", "unit/ICU-2", lee}, &critical.Seen{Call: call, Version: 1}},
		{lee, "n1.0A1B2C3D/s9f2c", []string{"lab", "unit/ICU-2", lee}, &critical.ReadBack{
			Call: call, Version: 1, Match: true, Entered: "keyed", Sealed: critical.Typed{Values: map[string]string{result: "7.1"}, Tail: "0815"},
		}},
		{lee, "n1.0A1B2C3D/s9f2c", []string{"lab", "unit/ICU-2", lee}, &critical.Closed{Call: call, Ref: "7QK2M9", Version: 1, Outcome: "read-back", Owner: lee}},
	}
	for i, one := range evs {
		body, sealed, err := wire.Encode(one.ev)
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Duration(i) * 1300 * time.Millisecond)
		e := ledger.Entry{
			Seq: ledger.Seq(i + 1), At: at, Site: "main", By: one.by, Via: one.via, Kind: one.ev.Kind(), V: 1,
			About: one.ev.About(), To: one.to, Body: body,
		}
		if sealed != nil {
			e.Enclosures = []ledger.Enclosure{{Salt: bytes.Repeat([]byte{byte(i), 0x5a}, ledger.SaltSize/2), Data: sealed}}
			if first.Data == nil {
				first = e.Enclosures[0]
			}
		}
		if err := e.Encode(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Append(t.Context(), ledger.Seq(i), []ledger.Entry{e}); err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, string(e.Leaf))
	}
	head, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(int64(head.Seq), head.Root)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ledger.NewReceipt(t.Context(), store, 4, signed, signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	receipt, err = r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Check(signer.Public()); err != nil {
		t.Fatal(err)
	}
	return leaves, first, receipt
}

// exampleKey is what the stranger was told to trust.
const exampleKey = "main/ledger+"

// stranger checks a receipt as docs/ledger-format.md says, and tells what each step gave.
func stranger(b []byte) (steps string, err error) {
	var out strings.Builder
	step := func(format string, args ...any) {
		fmt.Fprintf(&out, "%d. "+format+"\n", append([]any{strings.Count(out.String(), "\n") + 1}, args...)...)
	}
	var r struct {
		Type, Leaf, Checkpoint, Key string
		Proof                       []string
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || r.Type != "readback-receipt/1" {
		return "", fmt.Errorf("no receipt: %w", err)
	}
	var again bytes.Buffer // the one form
	enc := json.NewEncoder(&again)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(struct {
		Type       string   `json:"type"`
		Leaf       string   `json:"leaf"`
		Proof      []string `json:"proof"`
		Checkpoint string   `json:"checkpoint"`
		Key        string   `json:"key"`
	}{r.Type, r.Leaf, r.Proof, r.Checkpoint, r.Key}); err != nil || !bytes.Equal(again.Bytes(), b) {
		return "", fmt.Errorf("not in its one form: %w", err)
	}
	name, rest, _ := strings.Cut(r.Key, "+")
	id, public64, _ := strings.Cut(rest, "+")
	public, err := base64.StdEncoding.Strict().DecodeString(public64)
	if err != nil || len(public) != 33 || public[0] != 1 || !strings.HasPrefix(r.Key, exampleKey) {
		return "", fmt.Errorf("no key: %w", err)
	}
	if id != hex.EncodeToString(sum([]byte(name+"\n"), public)[:4]) {
		return "", fmt.Errorf("the key's id is not that of the key")
	}
	step("The key `%s` names `%s`; the first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key) are `%s`, as it says.", r.Key, name, id)

	text, signature, ok := strings.Cut(r.Checkpoint, "\n\n")
	text += "\n"
	line, ok2 := strings.CutPrefix(signature, "— "+name+" ")
	signed, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(line, "\n"))
	if !ok || !ok2 || err != nil || len(signed) != 68 || hex.EncodeToString(signed[:4]) != id ||
		!ed25519.Verify(public[1:], []byte(text), signed[4:]) {
		return "", fmt.Errorf("the checkpoint is not signed by the key")
	}
	step("The checkpoint's text is its first three lines, each with its newline; the last 64 of the 68 bytes after `— %s ` are an Ed25519 signature of it by that key.", name)

	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || lines[0] != name {
		return "", fmt.Errorf("the checkpoint cannot be read: %w", err)
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil {
		return "", err
	}
	var e struct {
		Seq  int64
		Site string
	}
	if err := json.Unmarshal([]byte(r.Leaf), &e); err != nil || e.Site+"/ledger" != name || e.Seq < 1 || e.Seq > size {
		return "", fmt.Errorf("the entry is not of this ledger: %w", err)
	}
	step("It says that `%s` has %d entries and the root `%x`. The leaf says `\"seq\":%d` and `\"site\":%q`, so it is leaf number %d, counted from 0.", name, size, root, e.Seq, e.Site, e.Seq-1)

	// RFC 9162 §2.1.3.2, which is RFC 6962 §2.1.1 read from the leaf up.
	h := sum([]byte{0}, []byte(r.Leaf))
	step("SHA-256(0x00 ‖ leaf) is `%x`.", h)
	n, last := e.Seq-1, size-1
	for _, text := range r.Proof {
		p, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(p) != sha256.Size || last == 0 {
			return "", fmt.Errorf("the proof cannot be read: %w", err)
		}
		if n&1 == 1 || n == last {
			h = sum([]byte{1}, p, h)
			step("The next hash of the proof stands left: SHA-256(0x01 ‖ `%x` ‖ ours) is `%x`.", p, h)
			for n&1 == 0 && n != 0 {
				n, last = n>>1, last>>1
			}
		} else {
			h = sum([]byte{1}, h, p)
			step("The next hash of the proof stands right: SHA-256(0x01 ‖ ours ‖ `%x`) is `%x`.", p, h)
		}
		n, last = n>>1, last>>1
	}
	if last != 0 || !bytes.Equal(h, root) {
		return "", fmt.Errorf("the entry does not lead to the root")
	}
	step("The proof is used up, and what it gave is the checkpoint's root: entry %d stands in the ledger, exactly so.", e.Seq)
	return out.String(), nil
}

// sum is SHA-256 over the parts.
func sum(parts ...[]byte) []byte {
	all := sha256.Sum256(bytes.Join(parts, nil))
	return all[:]
}
