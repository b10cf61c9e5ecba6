package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

type rosterCoverCmd struct {
	Remote

	Post     string `arg:"" optional:"" help:"The post."`
	Out      string `name:"out" placeholder:"PERSON" help:"Who goes: login, staff code or full name."`
	In       string `name:"in" placeholder:"PERSON" help:"Who comes."`
	From     string `name:"from" placeholder:"TIME" help:"Default: now."`
	To       string `name:"to" placeholder:"TIME" help:"The end, not included."`
	Accept   string `name:"accept" placeholder:"COVER" help:"Accept an offer instead."`
	Withdraw string `name:"withdraw" placeholder:"COVER" help:"Take an offer back, decline it, or end a cover instead."`
}

// Run covers: those who plan cover at once, others offer.
func (c rosterCoverCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	switch {
	case c.Accept != "":
		_, err = cl.AcceptCover(ctx, c.Accept)
		return said(s, err, c.Accept+" is accepted")
	case c.Withdraw != "":
		_, err = cl.WithdrawCover(ctx, c.Withdraw)
		return said(s, err, c.Withdraw+" is withdrawn")
	case c.Post == "" || c.Out == "" || c.In == "" || c.To == "":
		return fmt.Errorf("%w: give the post, --out, --in and --to; or --accept or --withdraw with a cover", ErrConfig)
	}
	b, err := c.offer(ctx, cl)
	if err != nil {
		return err
	}
	if role := cl.Me().Me.Role; role == string(roster.Supervisor) || role == string(roster.Director) || role == string(roster.Administrator) {
		_, err = cl.Cover(ctx, roster.Covered{Post: b.Post, Out: b.Out, In: b.In, From: b.From, To: b.To})
		return said(s, err, "the cover is in the roster")
	}
	id, err := cl.OfferCover(ctx, b)
	return said(s, err, "offered as "+id+": until it is accepted the duty stays where it is")
}

func (c rosterCoverCmd) offer(ctx context.Context, cl *client.Client) (wire.OfferBody, error) {
	b := wire.OfferBody{Post: c.Post, Out: c.Out, In: c.In}
	if !strings.HasPrefix(b.Post, "post/") {
		b.Post = "post/" + b.Post
	}
	r, err := cl.Roster(ctx)
	if err != nil {
		return b, err
	}
	zone, err := zoneOf(cl.Me().Zone)
	if err != nil {
		return b, err
	}
	staff := r.Staff
	if people, err := cl.People(ctx); err == nil { // those who plan know logins too
		for _, p := range people {
			staff = append(staff, wire.Colleague{Name: wire.Name{ID: p.ID, Name: p.Login}})
		}
	}
	for _, who := range []*string{&b.Out, &b.In} {
		if *who, err = whoIs(*who, staff); err != nil {
			return b, err
		}
	}
	for _, t := range [...]struct {
		flag, text string
		at         *time.Time
	}{{"--from", c.From, &b.From}, {"--to", c.To, &b.To}} {
		if t.text == "" {
			continue
		}
		if *t.at, err = parseTime(t.text, time.Now().In(zone)); err != nil {
			return b, fmt.Errorf("%w: %s: %w", ErrConfig, t.flag, err)
		}
	}
	return b, nil
}

// whoIs finds a person by id or name; in staff a login stands as a name too.
func whoIs(text string, staff []wire.Colleague) (string, error) {
	found := ""
	for _, p := range staff {
		switch {
		case p.ID == text:
			return p.ID, nil
		case p.Name.Name == text && found != "" && found != p.ID:
			return "", fmt.Errorf("%w: several people are called %q: give the login", ErrConfig, text)
		case p.Name.Name == text:
			found = p.ID
		}
	}
	if found == "" {
		return "", fmt.Errorf("%w: nobody here is %q: give a login or a full name", ErrConfig, text)
	}
	return found, nil
}
