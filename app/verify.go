package app

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/seed-909bec58/readback/ledger"
)

type verifyCmd struct {
	Where
}

// Run proves the ledger and prints how many entries it has and their root.
func (c verifyCmd) Run(ctx context.Context, s streams) error {
	store, site, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // only read
	signer, err := c.signer(site)
	if err != nil {
		return err
	}
	if err := sameKey(ctx, store, signer.Public()); errors.Is(err, ledger.ErrSite) {
		return err // before its checkpoints look like forgeries
	}
	bar := newProgress(s.err, "verify")
	v, err := ledger.Verify(ctx, store, signer.Public(), bar.show)
	bar.done()
	if err != nil {
		return err
	}
	if err := sameKey(ctx, store, signer.Public()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d entries, root %s\n", v.Entries, base64.StdEncoding.EncodeToString(v.Root[:]))
	if err == nil && v.Signed > 0 {
		_, err = fmt.Fprintf(s.out, "checkpoints are true up to entry %d, key %s\n", v.Signed, signer.Public())
	}
	if err == nil && v.Erased > 0 {
		_, err = fmt.Fprintf(s.out, "%d enclosures were erased\n", v.Erased)
	}
	return err
}
