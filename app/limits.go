package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// limitsCmd is what a supervisor and a director do with limit sets.
type limitsCmd struct {
	Show     limitsShowCmd     `cmd:"" help:"List the limit sets and which are in force; with a set, its rows."`
	Examples limitsExamplesCmd `cmd:"" help:"List the sourced example sets that come with Readback; none is in force by itself."`
	Import   limitsImportCmd   `cmd:"" help:"Check a limit set and draft it; it is not in force."`
	Try      limitsTryCmd      `cmd:"" help:"Tell what a set would have called of the last filed results; records nothing."`
	Approve  limitsApproveCmd  `cmd:"" help:"Put a drafted version in force, as a director."`
	Retire   limitsRetireCmd   `cmd:"" help:"Take a version out of force, as a director."`
	Map      limitsMapCmd      `cmd:"" help:"Say what a sender's code means; results that waited for it are judged."`
	Unit     limitsUnitCmd     `cmd:"" help:"Say which unit a sender's way to write it means; results that waited for it are judged."`
}

type limitsShowCmd struct {
	Remote

	Set     string `arg:"" optional:"" help:"A set's id, such as limits/arup-2019."`
	Version string `name:"version" placeholder:"VERSION" help:"Its version; default: the one in force, else the last."`
	JSON    bool   `name:"json" help:"As JSON; a set alone can be imported again."`
}

// Run shows limit sets.
func (c limitsShowCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	l, err := cl.Limits(ctx)
	if err != nil {
		return err
	}
	if c.Set == "" {
		return shown(s, nil, c.JSON, l, func() error { return printSets(s.out, l) })
	}
	set, err := c.chosen(l)
	if err != nil {
		return err
	}
	if c.JSON {
		return indented(s.out, set.Set)
	}
	return printSet(s.out, set)
}

func printSets(w io.Writer, l wire.Limits) error {
	if len(l.Sets) == 0 {
		fmt.Fprintln(w, "No limit set is drafted. readback limits examples lists what can be imported.")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, set := range l.Sets {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", set.ID, set.Version, sizes(set.Set), standing(l, set))
	}
	return t.Flush()
}

func (c limitsShowCmd) chosen(l wire.Limits) (wire.LimitSet, error) {
	var found *wire.LimitSet
	for i, set := range l.Sets {
		if set.ID != c.Set || c.Version != "" && set.Version != c.Version {
			continue
		}
		if found = &l.Sets[i]; c.Version != "" || strings.HasPrefix(standing(l, set), "in force") {
			break
		}
	}
	if found == nil {
		return wire.LimitSet{}, fmt.Errorf("there is no drafted set %s %s: list them with readback limits show", c.Set, c.Version)
	}
	return *found, nil
}

func sizes(s critical.Set) string {
	return count(len(s.Rows), "row") + ", " + count(len(s.Findings), "finding")
}

// standing says whether a set is in force, for what, since when, and by whom.
func standing(l wire.Limits, set wire.LimitSet) string {
	for setting, as := range l.Active {
		for _, a := range as {
			if a.Limits != set.ID || a.Version != set.Version {
				continue
			}
			if setting == "" {
				setting = "all settings"
			}
			return fmt.Sprintf("in force for %s from %s, approved by %s", setting, a.Effective.Format(time.RFC3339), a.By)
		}
	}
	if n := len(set.Faults); n > 0 {
		return "drafted, " + count(n, "fault")
	}
	return "drafted"
}

func printSet(w io.Writer, set wire.LimitSet) error {
	fmt.Fprintf(w, "%s\n%s\n%s\n\n", set.Name, set.Source, set.Address)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range set.Rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Key(), r.Analyte, ends(r), r.Unit, r.Tier, r.Note)
	}
	for _, f := range set.Findings {
		called := f.Tier
		if f.Benign {
			called = "not called"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", strings.Join(f.LOINC, " "), f.Label, strings.Join(f.Words, " "), f.Group, called, f.Note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range set.Faults {
		fmt.Fprintln(w, "fault:", f.Error())
	}
	return nil
}

// ends are a row's bounds in signs: "< 3.0, > 6.1".
func ends(r critical.Row) string {
	var out []string
	for _, e := range []struct {
		b    *critical.Bound
		sign string
	}{{r.Low, "<"}, {r.High, ">"}} {
		if e.b == nil {
			continue
		}
		if e.b.Inclusive {
			e.sign += "="
		}
		out = append(out, e.sign+" "+e.b.Value.String())
	}
	return strings.Join(out, ", ")
}

type limitsExamplesCmd struct {
	JSON bool `name:"json" help:"As JSON."`
}

// Run lists the example sets. It asks nobody.
func (c limitsExamplesCmd) Run(s streams) error {
	if c.JSON {
		return indented(s.out, critical.ExampleSets())
	}
	for _, set := range critical.ExampleSets() {
		fmt.Fprintf(s.out, "%s (%s), %s\n  %s\n  %s\n", set.ID, set.Version, sizes(set), set.Source, set.Address)
	}
	return nil
}

type limitsImportCmd struct {
	Remote

	File  string `arg:"" help:"A file with the set as JSON, - for standard input, or the id of an example."`
	Check bool   `name:"check" help:"Say what is wrong with it, and draft nothing; asks nobody."`
}

// Run drafts a limit set. Faults are printed, and do not keep a draft from being corrected later: approval refuses it.
func (c limitsImportCmd) Run(ctx context.Context, s streams) error {
	set, err := readSet(s, c.File)
	if err != nil {
		return err
	}
	faults := critical.Check(set)
	for _, f := range faults {
		fmt.Fprintln(s.err, "fault:", f.Error())
	}
	for _, f := range critical.Doubts(set) {
		fmt.Fprintln(s.err, "doubt:", f.Error())
	}
	if c.Check {
		if len(faults) > 0 {
			return fmt.Errorf("%s has %s, and could not be approved", set.ID, count(len(faults), "fault"))
		}
		_, err = fmt.Fprintf(s.out, "%s %s could be approved: %s\n", set.ID, set.Version, sizes(set))
		return err
	}
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	if _, err := cl.Draft(ctx, set); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s %s is drafted: %s, %s. Try it: readback limits try %s --version %q\n", set.ID, set.Version, sizes(set), count(len(faults), "fault"), set.ID, set.Version)
	return err
}

// readSet reads a set from a file, standard input, or the examples. Numbers are read as decimals.
func readSet(s streams, name string) (critical.Set, error) {
	for _, set := range critical.ExampleSets() {
		if set.ID == name || set.ID == "limits/"+name {
			return set, nil
		}
	}
	var text []byte
	var err error
	if name == "-" {
		text, err = io.ReadAll(s.in)
	} else {
		text, err = os.ReadFile(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return critical.Set{}, fmt.Errorf("%w: %s is neither a file nor an example: readback limits examples lists those", ErrConfig, name)
	}
	if err != nil {
		return critical.Set{}, fmt.Errorf("%s: %w", name, err)
	}
	var set critical.Set
	if err := wire.Read(bytes.TrimSpace(text), &set); err != nil {
		return set, fmt.Errorf("%s: %w", name, err)
	}
	return set, nil
}

type limitsTryCmd struct {
	Remote

	Set     string `arg:"" help:"A drafted set's id, a file, or the id of an example."`
	Version string `name:"version" placeholder:"VERSION" help:"Of a drafted set."`
	Most    int    `name:"most" default:"1000" help:"On how many results."`
	JSON    bool   `name:"json" help:"As JSON, each change by its entry."`
}

// Run tries a set on what was filed.
func (c limitsTryCmd) Run(ctx context.Context, s streams) error {
	body := wire.TryBody{Limits: c.Set, Version: c.Version, Most: c.Most}
	if c.Version == "" {
		set, err := readSet(s, c.Set)
		if err != nil {
			return fmt.Errorf("%w; of a drafted set give --version too", err)
		}
		body = wire.TryBody{Set: &set, Most: c.Most}
	}
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	got, err := cl.TryLimits(ctx, body)
	return shown(s, err, c.JSON, got, func() error { return printTried(s.out, got) })
}

func printTried(w io.Writer, got wire.Tried) error {
	fmt.Fprintf(w, "Of the last %s it would have called %d more and %d fewer than the set in force.\n", count(got.Read, "result"), len(got.More), len(got.Fewer))
	for _, r := range got.Reasons {
		fmt.Fprintf(w, "  %d more, %d fewer: %s, by %s\n", r.More, r.Fewer, plain(r.Why), plain(r.Rule))
	}
	return nil
}

type limitsApproveCmd struct {
	Remote

	Set     string    `arg:"" help:"A drafted set's id."`
	Version string    `arg:"" help:"Its version."`
	Setting string    `name:"setting" placeholder:"SETTING" help:"inpatient, outpatient, community, …; default: all that have none of their own."`
	From    time.Time `name:"from" placeholder:"TIME" help:"From when on, RFC 3339; default: now."`
}

// Run puts a set in force.
func (c limitsApproveCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	done, err := cl.Approve(ctx, wire.ApproveBody{Limits: c.Set, Version: c.Version, Setting: c.Setting, Effective: c.From})
	return said(s, err, fmt.Sprintf("%s %s is approved, entry %d", c.Set, c.Version, done.Last))
}

type limitsRetireCmd struct {
	Remote

	Set     string `arg:"" help:"A set's id."`
	Version string `arg:"" help:"Its version."`
	Setting string `name:"setting" placeholder:"SETTING" help:"For which it is in force; default: all that have none of their own."`
}

// Run takes a set out of force.
func (c limitsRetireCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	done, err := cl.Retire(ctx, wire.RetireBody{Limits: c.Set, Version: c.Version, Setting: c.Setting})
	return said(s, err, fmt.Sprintf("%s %s is out of force, entry %d", c.Set, c.Version, done.Last))
}

type limitsMapCmd struct {
	Remote

	Code     string `arg:"" help:"The sender's code."`
	LOINC    string `arg:"" name:"loinc" help:"What it means."`
	Sender   string `name:"sender" placeholder:"CODE" help:"Whose code it is; default: everybody's."`
	System   string `name:"system" placeholder:"CODE" help:"The coding system that the sender names."`
	Label    string `name:"label" placeholder:"TEXT" help:"What people read; default: our own short label."`
	Unit     string `name:"unit" placeholder:"UCUM" help:"The unit where the sender writes none."`
	Specimen string `name:"specimen" placeholder:"TEXT" help:"As in the limit rows."`
}

// Run maps a code.
func (c limitsMapCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	m, err := cl.Map(ctx, wire.MapBody{
		Sender: c.Sender, System: c.System, Code: c.Code, Test: critical.Test{LOINC: c.LOINC, Label: c.Label, Unit: c.Unit, Specimen: c.Specimen},
	})
	if err != nil {
		return err
	}
	return printMeant(s.out, m)
}

type limitsUnitCmd struct {
	Remote

	Written string `arg:"" help:"As the sender writes it."`
	Unit    string `arg:"" help:"What it means, UCUM."`
	Sender  string `name:"sender" placeholder:"CODE" help:"Who writes it so; default: everybody."`
}

// Run gives a spelling its meaning.
func (c limitsUnitCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	m, err := cl.Spell(ctx, wire.UnitBody{Sender: c.Sender, Written: c.Written, Unit: c.Unit})
	if err != nil {
		return err
	}
	return printMeant(s.out, m)
}

func printMeant(w io.Writer, m wire.Meant) error {
	_, err := fmt.Fprintf(w, "recorded, entry %d; %s had waited, %d of them called\n", m.First, count(m.Judged, "result"), m.Called)
	return err
}

// indented writes JSON for people.
func indented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
