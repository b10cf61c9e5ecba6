package app

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// tokenCmd is the verbs about tokens of programs.
type tokenCmd struct {
	Mint   tokenMintCmd   `cmd:"" help:"Make a token for a program; it is shown once."`
	List   tokenListCmd   `cmd:"" help:"List the tokens that are good."`
	Revoke tokenRevokeCmd `cmd:"" help:"Take a token back: it is refused at once, and its connections end."`
}

type tokenMintCmd struct {
	Remote

	Machine string `arg:"" name:"machine" help:"The program's name, such as board-1."`
	Days    int    `name:"days" default:"90" help:"How long it is good, at most 365."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// Run prints the token alone on standard output, so that it can go straight into a file.
func (c tokenMintCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	made, err := cl.Mint(ctx, wire.MintBody{Machine: "machine/" + strings.TrimPrefix(c.Machine, "machine/"), Days: c.Days})
	return shown(s, err, c.JSON, made, func() error {
		fmt.Fprintf(s.err, "%s is good until %s; keep it like a password, it is not shown again\n", made.ID, made.Until.Format(time.RFC3339))
		_, err := fmt.Fprintln(s.out, made.Token)
		return err
	})
}

type tokenListCmd struct {
	Remote

	JSON bool `name:"json" help:"Print JSON."`
}

// Run lists the tokens.
func (c tokenListCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	all, err := cl.Tokens(ctx)
	return shown(s, err, c.JSON, wire.Tokens{Tokens: all}, func() error { return printTokens(s.out, all) })
}

func printTokens(out io.Writer, all []wire.TokenView) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROGRAM\tSINCE\tUNTIL\tID")
	for _, t := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", strings.TrimPrefix(t.Machine, "machine/"), t.Since.Format(time.RFC3339), t.Until.Format(time.RFC3339), t.ID)
	}
	return w.Flush()
}

type tokenRevokeCmd struct {
	Remote

	ID string `arg:"" name:"id" help:"The token's id, as mint and list show it."`
}

// Run takes a token back.
func (c tokenRevokeCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	_, err = cl.Revoke(ctx, c.ID)
	return said(s, err, c.ID+" is taken back")
}
