package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// errNoEntry is returned when what a receipt is asked for is not in the ledger.
var errNoEntry = errors.New("no such entry")

// sameKey refuses a key that is not the one that the ledger was opened with.
func sameKey(ctx context.Context, store ledger.Store, public string) error {
	key, err := openedWith(ctx, store)
	if err == nil && key != "" && key != public {
		err = fmt.Errorf("%w: it was opened with the checkpoint key %s, the one given is %s", ledger.ErrSite, key, public)
	}
	return err
}

type receiptCmd struct {
	Where

	Of  string `arg:"" help:"An entry's place (121), or a call's reference or id: then of its closing, or of its newest entry."`
	Out string `name:"out" short:"o" placeholder:"FILE" help:"Write it to a new file instead of the terminal."`
}

// Run writes a receipt.
func (c receiptCmd) Run(ctx context.Context, s streams) error {
	store, site, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // only read
	signer, err := c.signer(site)
	if err != nil {
		return err
	}
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	seq, err := find(ctx, store, head.Seq, c.Of)
	if err != nil {
		return err
	}
	note, err := store.LastCheckpoint(ctx)
	if err != nil {
		return err
	}
	if note.Size < int64(seq) { // not signed yet: sign the head as it is, after reading it again
		if note, err = ledger.SignHead(ctx, store, signer); err != nil {
			return err
		}
	}
	r, err := ledger.NewReceipt(ctx, store, seq, note.Signed, signer.Public())
	if err != nil {
		return err
	}
	b, err := r.JSON()
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err = s.out.Write(b)
		return err
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a receipt is made to be handed out
	if err != nil {
		return fmt.Errorf("--out: %w: name a new file", err)
	}
	if _, err = f.Write(b); err == nil {
		err = f.Close()
	}
	if err == nil {
		_, err = fmt.Fprintf(s.out, "receipt of entry %d in %s; check it with: readback check-receipt %s --key '%s'\n", seq, c.Out, c.Out, signer.Public())
	}
	return err
}

// find returns the place of what a receipt is asked for.
func find(ctx context.Context, store ledger.Store, head ledger.Seq, of string) (ledger.Seq, error) {
	if n, err := strconv.ParseInt(of, 10, 64); err == nil {
		if n < 1 || n > int64(head) {
			return 0, fmt.Errorf("%w: entry %d is not there; the ledger has %d", errNoEntry, n, head)
		}
		return ledger.Seq(n), nil
	}
	call := of
	if !strings.HasPrefix(of, "call/") {
		var err error
		if call, err = findRef(ctx, store, head, strings.ToUpper(of)); err != nil {
			return 0, err
		}
	}
	es, err := store.About(ctx, call, head)
	if err != nil {
		return 0, err
	}
	if len(es) == 0 {
		return 0, fmt.Errorf("%w: nothing is about %s", errNoEntry, of)
	}
	for i := range es {
		if es[i].Kind == "critical.closed" {
			return es[i].Seq, nil
		}
	}
	return es[len(es)-1].Seq, nil
}

// findRef returns the id of the newest call with a reference. References are unique among open calls only, so it looks
// from the ledger's end.
func findRef(ctx context.Context, store ledger.Store, head ledger.Seq, ref string) (string, error) {
	for end := head; end > 0; {
		after := max(0, end-ledger.MaxRead)
		es, err := store.Read(ctx, after, int(end-after))
		if err != nil {
			return "", err
		}
		for i := len(es) - 1; i >= 0; i-- {
			if es[i].Kind != "critical.opened" {
				continue
			}
			ev, err := wire.Decode(&es[i])
			if err != nil {
				return "", err
			}
			if o, ok := ev.(*critical.Opened); ok && o.Ref == ref {
				return o.Call, nil
			}
		}
		end = after
	}
	return "", fmt.Errorf("%w: no call has the reference %s", errNoEntry, ref)
}

type checkReceiptCmd struct {
	File string `arg:"" help:"The receipt; - reads it from standard input."`
	Key  string `name:"key" placeholder:"KEY" help:"The laboratory's public checkpoint key, as printed in its manual."`
}

// Run checks a receipt without asking anybody.
func (c checkReceiptCmd) Run(s streams) error {
	const most = 1 << 20
	in := s.in
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("receipt: %w", err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	r, err := ledger.ParseReceipt(b)
	if err != nil {
		return err
	}
	key := c.Key
	if key == "" {
		key = r.Key
	}
	e, at, err := r.Check(key)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "proved: entry %d of %s stands in its ledger\n  %s by %s at %s UTC\n  %s\n  about %s\n  under the checkpoint of %d entries, signed with %s\n",
		e.Seq, e.Site, e.Kind, e.By, e.At.Format("2006-01-02 15:04:05.000000"), e.Body, strings.Join(e.About, ", "), at.Size, key)
	if err == nil && c.Key == "" {
		_, err = fmt.Fprintln(s.out, "The key is the one that the receipt itself names: compare it with the laboratory's, or give that with --key.")
	}
	return err
}

// openedWith returns the public checkpoint key that stands in a ledger's first entry.
func openedWith(ctx context.Context, store ledger.Store) (string, error) {
	es, err := store.Read(ctx, 0, 1)
	if err != nil {
		return "", err
	}
	if len(es) == 0 {
		return "", nil
	}
	ev, err := wire.Decode(&es[0])
	if err != nil {
		return "", err
	}
	o, ok := ev.(*wire.Opened)
	if !ok {
		return "", fmt.Errorf("%w: its first entry is %s", ledger.ErrSite, es[0].Kind)
	}
	return o.Key, nil
}
