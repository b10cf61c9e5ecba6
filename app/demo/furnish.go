package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// ErrNotOurs says that a Readback has people already, who are not the demonstration's. Give it a directory or database
// of its own.
var ErrNotOurs = errors.New("somebody else's people are admitted here: give the demonstration a directory or database of its own")

// Furnish makes a Readback that nobody uses yet the demonstration's hospital: it admits the staff, publishes a roster
// around the clock, puts ARUP's example limits in force, maps the codes of its laboratory system, and lists five shared
// analyzers with bookings of today. It returns who may
// sign in. What is there already is left as it is, so that it may be called again after a restart or a failure.
func Furnish(ctx context.Context, c Config) ([]Signin, error) {
	c = c.filled()
	for _, step := range []func(context.Context, Config) error{admit, publish, limit, equip} {
		if err := step(ctx, c); err != nil {
			return nil, fmt.Errorf("demo: furnish: %w", err)
		}
	}
	return signins(), nil
}

// as signs a member in.
func (c Config) as(ctx context.Context, login string) (*client.Client, error) {
	cl, err := client.Dial(ctx, c.HTTP, client.Credentials{Login: login, Password: memberOf(login).password()})
	if err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", login, err)
	}
	return cl, nil
}

// setUp admits the first administrator with the token of the setup link.
func (c Config) setUp(ctx context.Context) error {
	token := c.Setup
	if _, secret, ok := strings.Cut(token, "#setup="); ok {
		token = secret
	}
	m := memberOf(administrator)
	text, err := json.Marshal(wire.SetupBody{Token: token, Login: m.login, Name: m.name, Password: m.password()})
	if err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.HTTP, "/")+"/api/setup", bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusOK {
		return nil
	}
	p := &wire.Problem{}
	if err := json.NewDecoder(res.Body).Decode(p); err != nil || p.Code == "" {
		return fmt.Errorf("setup: the server answered %s", res.Status)
	}
	return fmt.Errorf("setup: %w", p)
}

// admit admits whoever is missing.
func admit(ctx context.Context, c Config) error {
	if c.Setup != "" {
		if err := c.setUp(ctx); err != nil {
			return err
		}
	}
	admin, err := c.as(ctx, administrator)
	var p *wire.Problem
	if errors.As(err, &p) && p.Code == "wrong-sign-in" {
		return ErrNotOurs
	}
	if err != nil {
		return err
	}
	people, err := admin.People(ctx)
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	there := map[string]bool{}
	for _, p := range people {
		there[p.Login] = true
	}
	for _, m := range staff {
		if there[m.login] {
			continue
		}
		if _, err := admin.Admit(ctx, m.person(), m.password()); err != nil {
			return fmt.Errorf("admit %s: %w", m.login, err)
		}
		c.Log(fmt.Sprintf("%s admitted: %s", m.name, m.role))
	}
	return nil
}

// publish publishes the roster unless one reaches for some days yet.
func publish(ctx context.Context, c Config) error {
	boss, err := c.as(ctx, supervisor)
	if err != nil {
		return err
	}
	r, err := boss.Roster(ctx)
	if err != nil {
		return fmt.Errorf("roster: %w", err)
	}
	for _, s := range r.Shifts {
		if s.To.After(r.Now.AddDate(0, 0, 2)) {
			return nil
		}
	}
	if _, err := boss.Publish(ctx, plan(r.Now, c.Zone)); err != nil {
		return fmt.Errorf("publish the roster: %w", err)
	}
	c.Log(fmt.Sprintf("roster of %d days published by %s", days, nameOf("person/"+supervisor)))
	return nil
}

// limits is ARUP's example, with one practice of the demonstration's own: a high potassium of a haemolysed sample is
// looked at by the bench before it is called.
func limits() critical.Set {
	set := critical.ExampleSets()[0]
	set.ID, set.Name = "limits/demo", set.Name+", with a haemolysed potassium held"
	set.Signs = []critical.Sign{{Factor: "haemolysed", Words: []string{"haemolysed", "hemolyzed"}}}
	set.Practices = []critical.Practice{{LOINC: "2823-3", Hold: []critical.Hold{{Reason: "haemolysed", Condition: "haemolysed"}}}}
	return set
}

// limit puts the example limits in force and maps codes that are not mapped.
func limit(ctx context.Context, c Config) error {
	boss, err := c.as(ctx, director)
	if err != nil {
		return err
	}
	l, err := boss.Limits(ctx)
	if err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	set := limits()
	if len(l.Active[""]) == 0 {
		if !slices.ContainsFunc(l.Sets, func(s wire.LimitSet) bool { return s.ID == set.ID && s.Version == set.Version }) {
			if _, err := boss.Draft(ctx, set); err != nil {
				return fmt.Errorf("draft %s: %w", set.ID, err)
			}
		}
		if _, err := boss.Approve(ctx, wire.ApproveBody{Limits: set.ID, Version: set.Version}); err != nil {
			return fmt.Errorf("approve %s: %w", set.ID, err)
		}
		c.Log(fmt.Sprintf("limits %q in force, approved by %s", set.Name, nameOf("person/"+director)))
	}
	codes := mappings()
	if l.Codes >= len(codes) {
		return nil
	}
	for _, m := range codes {
		if _, err := boss.Map(ctx, m); err != nil {
			return fmt.Errorf("map %s: %w", m.Code, err)
		}
	}
	c.Log(fmt.Sprintf("%d codes of laboratory systems mapped to LOINC", len(codes)))
	return nil
}
