package app

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

type userListCmd struct {
	Remote

	All  bool `name:"all" help:"Those too who are disabled."`
	JSON bool `name:"json" help:"As JSON."`
}

// Run lists people.
func (c userListCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	people, err := cl.People(ctx)
	if err != nil {
		return err
	}
	if !c.All {
		var active []roster.Person
		for _, p := range people {
			if !p.Disabled {
				active = append(active, p)
			}
		}
		people = active
	}
	return shown(s, nil, c.JSON, people, func() error { return printPeople(s.out, people, zone) })
}

func printPeople(w io.Writer, people []roster.Person, zone *time.Location) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "LOGIN\tNAME\tROLE\tPROFESSION\tBADGE\tPOSTS\tID")
	for _, p := range people {
		posts := "all"
		if len(p.Posts) > 0 {
			posts = strings.Join(p.Posts, " ")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", plain(p.Login), plain(p.Name), p.Role, p.Profession, badge(&p, zone), posts, p.ID)
	}
	return t.Flush()
}

func badge(p *roster.Person, zone *time.Location) string {
	day := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04") }
	switch {
	case p.Disabled:
		return "disabled"
	case p.From.IsZero() && p.Until.IsZero():
		return "always"
	case p.Until.IsZero():
		return "from " + day(p.From)
	case p.From.IsZero():
		return "until " + day(p.Until)
	}
	return day(p.From) + " to " + day(p.Until)
}

type userChangeCmd struct {
	Remote

	User       string    `arg:"" name:"user" help:"Login, full name or id."`
	NewLogin   *string   `name:"new-login" placeholder:"NAME" help:"Another login; the password stays."`
	Name       *string   `name:"name" help:"Full name."`
	Title      *string   `name:"title" help:"Such as Dr or RN."`
	Role       *string   `name:"role" help:"technician, clinician, supervisor, director, administrator or clerk. It ends the person's sessions."`
	Profession *string   `name:"profession" help:"physician, nurse, midwife, pharmacist, or another of the site's."`
	Receives   *bool     `name:"receives" negatable:"" help:"May receive a read-back, where no profession is given."`
	Units      *[]string `name:"units" help:"Units whose calls the person hears at all times."`
	Sections   *[]string `name:"sections" help:"Sections of the laboratory."`
	Codes      *[]string `name:"codes" help:"Staff codes in senders' messages."`
	Posts      *[]string `name:"posts" help:"Posts that the badge allows; empty: all."`
	From       *string   `name:"from" placeholder:"TIME" help:"The badge begins; empty: it always was valid."`
	Until      *string   `name:"until" placeholder:"TIME" help:"The badge ends; empty: never."`
}

// Run changes what is given of a person, and leaves the rest.
func (c userChangeCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	p, err := personOf(ctx, cl, c.User)
	if err != nil {
		return err
	}
	zone, err := zoneOf(cl.Me().Zone)
	if err != nil {
		return err
	}
	for _, f := range [...]struct {
		to   *string
		with *string
	}{{&p.Login, c.NewLogin}, {&p.Name, c.Name}, {&p.Title, c.Title}, {&p.Profession, c.Profession}} {
		if f.with != nil {
			*f.to = *f.with
		}
	}
	for _, f := range [...]struct{ to, with *[]string }{{&p.Units, c.Units}, {&p.Sections, c.Sections}, {&p.Codes, c.Codes}, {&p.Posts, c.Posts}} {
		if f.with != nil {
			*f.to = filled(*f.with)
		}
	}
	if c.Role != nil {
		p.Role = roster.Role(*c.Role)
	}
	if c.Receives != nil {
		p.Receives = *c.Receives
	}
	for _, f := range [...]struct {
		flag string
		to   *time.Time
		text *string
	}{{"--from", &p.From, c.From}, {"--until", &p.Until, c.Until}} {
		switch {
		case f.text == nil:
		case *f.text == "":
			*f.to = time.Time{}
		default:
			if *f.to, err = parseTime(*f.text, time.Now().In(zone)); err != nil {
				return fmt.Errorf("%w: %s: %w", ErrConfig, f.flag, err)
			}
		}
	}
	_, err = cl.Change(ctx, p)
	return said(s, err, p.Login+" is changed")
}

// filled is a list without empty texts, as an empty flag gives them.
func filled(list []string) []string {
	var out []string
	for _, x := range list {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}

type userDisableCmd struct {
	Remote

	User string `arg:"" name:"user" help:"Login, full name or id."`
}

// Run ends a person's rights and sessions.
func (c userDisableCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	p, err := personOf(ctx, cl, c.User)
	if err != nil {
		return err
	}
	_, err = cl.Disable(ctx, p.ID)
	return said(s, err, p.Login+" is disabled; their shifts are holes now: readback roster show")
}

type userPasswordCmd struct {
	Remote

	User string `arg:"" name:"user" help:"Login, full name or id. The new password is asked for, or taken from READBACK_NEW_PASSWORD."`
}

// Run sets another person's password, and ends their sessions.
func (c userPasswordCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	p, err := personOf(ctx, cl, c.User)
	if err != nil {
		return err
	}
	password, err := secret(s, "READBACK_NEW_PASSWORD", "New password for "+p.Login+": ")
	if err != nil {
		return err
	}
	_, err = cl.SetPassword(ctx, wire.PasswordBody{Person: p.ID, New: password})
	return said(s, err, p.Login+" has a new password, and is signed out everywhere")
}

// personOf finds a person by login, id or full name.
func personOf(ctx context.Context, cl *client.Client, text string) (roster.Person, error) {
	people, err := cl.People(ctx)
	if err != nil {
		return roster.Person{}, err
	}
	var staff []wire.Colleague
	for _, p := range people {
		if p.Login == text {
			return p, nil
		}
		staff = append(staff, wire.Colleague{Name: wire.Name{ID: p.ID, Name: p.Name}})
	}
	id, err := whoIs(text, staff)
	for _, p := range people {
		if err == nil && p.ID == id {
			return p, nil
		}
	}
	return roster.Person{}, err
}
