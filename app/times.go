package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/wire"
)

type timesCmd struct {
	Remote

	From    string `name:"from" placeholder:"DAY" help:"First day, 2026-10-01, or an instant (RFC 3339); default: 29 days before --to."`
	To      string `name:"to" placeholder:"DAY" help:"Last day, included, or the instant before which; default: today."`
	By      string `name:"by" placeholder:"WHAT" help:"Told apart by one or two, with a comma between, of: unit, analyte, tier, person, sender, hour, weekday, day, week, month."`
	Unit    string `name:"unit" placeholder:"CODE" help:"Calls of this unit alone."`
	Analyte string `name:"analyte" placeholder:"LOINC" help:"Calls that tell this analyte alone."`
	Tier    string `name:"tier" placeholder:"TIER" help:"Calls of this tier alone."`
	Missed  int    `name:"missed" default:"10" help:"List so many of the calls that missed their target; at most 500."`
	Rebuild bool   `name:"rebuild" help:"First have the node read its tables again from the ledger, for administrators."`
	CSV     bool   `name:"csv" xor:"form" help:"As CSV."`
	JSON    bool   `name:"json" xor:"form" help:"As JSON."`
}

// Run tells how long calls took.
func (c timesCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	if c.Rebuild {
		if err := rebuildTimes(ctx, cl, s); err != nil {
			return err
		}
	}
	body := wire.TimesBody{From: c.From, To: c.To, By: c.By, Unit: c.Unit, Analyte: c.Analyte, Tier: c.Tier}
	if c.CSV {
		table, err := cl.TimesCSV(ctx, body)
		if err == nil {
			_, err = s.out.Write(table)
		}
		return err
	}
	body.Missed = c.Missed
	t, err := cl.Times(ctx, body)
	return shown(s, err, c.JSON, t, func() error { return printTimes(s.out, t, zone) })
}

// rebuildTimes has the tables read again and shows how far they are.
func rebuildTimes(ctx context.Context, cl *client.Client, s streams) error {
	all, err := cl.RebuildTimes(ctx)
	if err != nil {
		return err
	}
	show := newProgress(s.err, "count again")
	defer show.done()
	for {
		st, err := cl.Status(ctx)
		if err != nil {
			return err
		}
		if st.Audit == nil || st.Audit.Behind == 0 {
			return nil
		}
		show.show(max(0, all-st.Audit.Behind), all)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// headline is the measure that the table shows: it needs no clock but the ledger's.
const headline = "filed-conveyed"

func printTimes(w io.Writer, t wire.Times, zone *time.Location) error {
	const day = "2 Jan 2006"
	what := []string{"all units", "all tests", "all tiers"}
	for i, only := range []string{t.Unit, t.Analyte, t.Tier} {
		if only != "" {
			what[i] = plain(only)
		}
	}
	fmt.Fprintf(w, "How long did calls take? %s to %s, %s.\n", t.From.In(zone).Format(day), t.To.Add(-time.Microsecond).In(zone).Format(day), strings.Join(what, ", "))
	fmt.Fprintln(w, "From the result filed to its read-back, in minutes: █ half are done, ▒ nine in ten.")
	fmt.Fprintln(w)
	longest := t.All.Measures[headline].P90
	for _, r := range t.Rows {
		longest = max(longest, r.Measures[headline].P90)
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.StripEscape)
	head := strings.ToUpper(strings.Join(t.By, "\t"))
	if head != "" {
		head += "\t"
	}
	fmt.Fprintln(out, head+"CALLS\tMEDIAN\tP90\tP99\t≤15\t≤30\t≤60\tTARGET\tOPEN\tENDED\tDIFFERED\tBY PHONE\t")
	for _, r := range t.Rows {
		cells := make([]string, 0, len(r.Name))
		for _, name := range r.Name {
			cells = append(cells, plain(name))
		}
		printRow(out, cells, r, longest)
	}
	all := make([]string, len(t.By))
	if len(all) > 0 {
		all[0] = "all"
	}
	printRow(out, all, t.All, longest)
	if err := out.Flush(); err != nil {
		return err
	}
	printBeneath(w, t)
	return printMissed(w, t, zone)
}

func printRow(w io.Writer, cells []string, r wire.TimesRow, longest float64) {
	m := r.Measures[headline]
	cells = append(cells, fmt.Sprint(r.Calls), took(m, m.Median), took(m, m.P90), took(m, m.P99))
	for _, in := range []wire.Within{r.Within15, r.Within30, r.Within60, r.WithinTarget} {
		cells = append(cells, percent(in.Share, in.Of))
	}
	cells = append(cells, fmt.Sprint(r.Open), fmt.Sprint(r.Ended), fmt.Sprint(r.Mismatches), percent(r.TelephoneShare, r.Conveyed), bar(m, longest))
	fmt.Fprintln(w, strings.Join(cells, "\t"))
}

// took is a span as m:ss, or a dash where there is none.
func took(m wire.Measure, seconds float64) string {
	if m.N == 0 {
		return "–"
	}
	return elapsed(int(math.Round(seconds)))
}

func percent(share float64, of int) string {
	switch {
	case of == 0:
		return "–"
	case share < 1:
		return fmt.Sprintf("%.1f %%", math.Floor(share*1000)/10) // 99.96 % is not all
	}
	return "100 %"
}

// barWidth is how many characters the longest bar has.
const barWidth = 30

// bar draws the median, and beyond it the 90th percentile.
func bar(m wire.Measure, longest float64) string {
	if m.N == 0 || longest <= 0 {
		return ""
	}
	wide := func(s float64) int { return int(math.Ceil(s / longest * barWidth)) }
	half := wide(m.Median)
	return strings.Repeat("█", half) + strings.Repeat("▒", max(0, wide(m.P90)-half))
}

func printBeneath(w io.Writer, t wire.Times) {
	a := t.All
	fmt.Fprintf(w, "\n%d read back, %d told by telephone, %d ended without, %d open; %d passed on, %d results not called by policy.\n",
		a.ReadBack, a.Telephoned, a.Ended, a.Open, a.Passes, a.Suppressed)
	if a.Occurred > 0 {
		fmt.Fprintf(w, "%d of the times were told afterwards.\n", a.Occurred)
	}
	if a.Judged > 0 {
		fmt.Fprintf(w, "Records: %d of %d complete, %s of their fields are there.", a.Complete, a.Judged, percent(a.Score, a.Judged))
		var lack []string
		for _, f := range t.Fields {
			if f.Missing > 0 {
				lack = append(lack, fmt.Sprintf("%s (%d)", f.Field, f.Missing))
			}
		}
		if len(lack) > 0 {
			fmt.Fprintf(w, " Missing: %s.", strings.Join(lack, ", "))
		}
		fmt.Fprintln(w)
	}
	for _, p := range t.Published {
		if p.Figure == "median" {
			fmt.Fprintf(w, "Published median %s: %s.\n", elapsed(int(p.Seconds)), p.Source)
		}
	}
	if t.Behind > 0 {
		fmt.Fprintf(w, "%d newer entries are not counted yet.\n", t.Behind)
	}
}

func printMissed(w io.Writer, t wire.Times, zone *time.Location) error {
	if t.MissedAll == 0 || len(t.Missed) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\nThe %d that missed their target, those never conveyed first, then the slowest; %d shown:\n", t.MissedAll, len(t.Missed))
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "CALL\tOPENED\tTEST\tUNIT\tTOOK\tHOW\tWHO\tTRIES")
	for _, m := range t.Missed {
		who, how, took := "", m.Method, elapsed(int(m.Took))
		if m.Took == 0 {
			took = "not conveyed, " + elapsed(int(m.Waited))
		}
		if m.Who != nil {
			who = cmp.Or(m.Who.Name, m.Who.ID)
		}
		if how == "" {
			how = "open"
		}
		if m.Outcome != "" && m.Outcome != m.Method {
			how += ": " + m.Outcome
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", cmp.Or(m.Ref, "erased"), m.Opened.In(zone).Format("Mon 2 Jan 15:04"),
			plain(strings.Join(m.Analytes, ", ")), plain(m.Unit), took, plain(how), plain(who), m.Attempts+m.Failed)
	}
	return out.Flush()
}

type storyCmd struct {
	Remote

	Call string `arg:"" help:"The call's reference (7QK2M9) or id."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Run tells one call from its result to its end.
func (c storyCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	story, err := cl.Story(ctx, c.Call)
	return shown(s, err, c.JSON, story, func() error { return printStory(s.out, story, zone) })
}

func printStory(w io.Writer, story wire.Story, zone *time.Location) error {
	fmt.Fprintf(w, "%s, %s, %s, %s; opened %s.\n", story.Ref, plain(strings.Join(story.Analytes, ", ")), plain(story.Unit), story.Tier,
		story.Opened.In(zone).Format("Mon 2 Jan 2006 15:04:05 MST"))
	switch {
	case story.Late > 0:
		fmt.Fprintf(w, "Missed the target by %s: conveyed after %s.\n", elapsed(int(story.Late)), elapsed(int(story.Took)))
	case story.Conveyed != nil:
		fmt.Fprintf(w, "Conveyed after %s, within the target of %s.\n", elapsed(int(story.Took)), elapsed(int(story.Target)))
	default:
		fmt.Fprintf(w, "It is %s and was not conveyed.\n", story.Standing)
	}
	fmt.Fprintln(w)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range story.Facts {
		at := f.At
		if f.Occurred != nil {
			at = *f.Occurred
		}
		after := "+" + elapsed(int(f.After))
		if f.After < 0 {
			after = "–" + elapsed(int(-f.After))
		}
		what := plain(f.What)
		if f.Why != "" {
			what += " (" + plain(f.Why) + ")"
		}
		if f.Occurred != nil {
			what += fmt.Sprintf(" Told at %s.", f.At.In(zone).Format("15:04:05"))
		}
		if f.Erased {
			what += " What it sealed was erased."
		}
		fmt.Fprintf(out, "%s\t%s\t%s\tentry %d\n", at.In(zone).Format("15:04:05"), after, what, f.Seq)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(story.Fields) == 0 {
		return nil
	}
	need := 0
	var lack []string
	for _, f := range story.Fields {
		if f.State == "there" || f.State == "missing" {
			need++
		}
		if f.State == "missing" {
			lack = append(lack, "  missing: "+f.Say)
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(append([]string{fmt.Sprintf("%d of %d fields of its record are there.", story.Have, need)}, lack...), "\n"))
	return err
}
