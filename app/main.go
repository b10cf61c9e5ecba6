package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is every verb of the command line.
type cli struct {
	Serve serveCmd `cmd:"" help:"Serve a laboratory."`
	Demo  demoCmd  `cmd:"" help:"Serve a small made-up hospital that feeds itself: the way to look at Readback."`

	Calls    callsCmd    `cmd:"" help:"List the open calls that you may see."`
	ReadBack readBackCmd `cmd:"" name:"read-back" help:"Read a call back: its value, and the last four characters of the identifier."`

	Take      takeCmd      `cmd:"" help:"Say that a call is yours, that you act, or that you want to be telephoned; for three minutes."`
	PassOn    passOnCmd    `cmd:"" name:"pass-on" help:"Pass a call on: the next one is asked at once."`
	Telephone telephoneCmd `cmd:"" help:"Tell a call by telephone: say it, and type what you hear."`

	Watch watchCmd `cmd:"" help:"Follow what happens, live."`

	Roster struct {
		Import rosterImportCmd `cmd:"" help:"Read a roster from tables or an object, show what it would change, and publish it."`
		Show   rosterShowCmd   `cmd:"" help:"Who is on duty, and what to look at in the next 14 days."`
		Cover  rosterCoverCmd  `cmd:"" help:"Let one person stand in for another: offered by who goes or comes, at once by those who plan."`
	} `cmd:"" help:"Who is on duty when."`
	Who whoCmd `cmd:"" help:"Tell who would get a call, now or at a given time, and why; records nothing."`

	Board boardCmd `cmd:"" help:"Show the shared analyzers, and what is booked of them."`
	Book  bookCmd  `cmd:"" help:"Book analyzers, all or nothing; say why not, and what can be had instead."`
	Free  freeCmd  `cmd:"" help:"Tell when analyzers are free."`
	Feed  feedCmd  `cmd:"" help:"Make a secret address under which a calendar reads bookings; list them, and end one."`
	Down  downCmd  `cmd:"" help:"Take an analyzer down and reroute its bookings; bring it back step by step."`

	Times  timesCmd  `cmd:"" help:"Tell how long calls took: half, nine in ten, and the share in time."`
	Story  storyCmd  `cmd:"" help:"Tell one call from its result to its end."`
	Status statusCmd `cmd:"" help:"Tell how a running node is, and what it stands on."`

	Send sendCmd `cmd:"" help:"Send HL7 messages from files over MLLP, to try a port."`

	Verify       verifyCmd       `cmd:"" help:"Prove the whole ledger; also beside a running server."`
	Receipt      receiptCmd      `cmd:"" help:"Take a receipt that proves one entry offline."`
	CheckReceipt checkReceiptCmd `cmd:"" name:"check-receipt" help:"Check a receipt; asks nobody."`
	Backup       backupCmd       `cmd:"" help:"Copy ledger, vault and keys to one file, while serving too."`
	Restore      restoreCmd      `cmd:"" help:"Make a data directory from a backup."`
	Doctor       doctorCmd       `cmd:"" help:"Say whether acknowledged means on disk here, and what else is not well."`
	Health       healthCmd       `cmd:"" help:"Exit 0 if the server at --http is ready."`
	User         struct {
		Add      userAddCmd      `cmd:"" help:"Admit a person, over the server when one runs."`
		List     userListCmd     `cmd:"" help:"List people, with their badges."`
		Change   userChangeCmd   `cmd:"" help:"Change what is given of a person: name, role, badge, posts."`
		Disable  userDisableCmd  `cmd:"" help:"End a person's rights and sessions at once."`
		Password userPasswordCmd `cmd:"" help:"Set another person's password, and end their sessions."`
	} `cmd:"" help:"People."`
	Token    tokenCmd    `cmd:"" help:"Tokens of programs."`
	Limits   limitsCmd   `cmd:"" help:"Limit sets: what is critical."`
	Report   reportCmd   `cmd:"" help:"Report a result by hand; a critical one is called."`
	Exempt   exemptCmd   `cmd:"" help:"Exemptions: whose repeats of a test are not called for a time."`
	Factor   factorCmd   `cmd:"" help:"Note whether a patient has a factor that limits ask for."`
	Work     workCmd     `cmd:"" help:"Work that waits for a person: list it, settle it, try a message again."`
	Licenses licensesCmd `cmd:"" help:"Say under which licences this stands."`
	Version  versionCmd  `cmd:"" help:"Say which version this is."`
}

// streams are where a verb reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Main runs the command line and returns the exit code: 0, 1 for a verb that failed, 2 for one that cannot be read.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return Run(ctx, args, in, out, errs)
}

// Run is Main under a context.
func Run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	var c cli
	exited := -1
	p, err := kong.New(
		&c, kong.Name("readback"),
		kong.Description("Readback is the hub through which a clinical laboratory communicates: critical results are pushed, read back and proved."),
		kong.Vars{"zone": localZone()}, kong.Writers(out, errs), kong.Exit(func(code int) { exited = code }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams{in: in, out: out, err: errs}),
	)
	if err != nil {
		fmt.Fprintln(errs, "readback:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := p.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(errs, "readback:", err)
		fmt.Fprintln(errs, "See readback --help.")
		return 2
	}
	if err := k.Run(); err != nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return 0
		}
		fmt.Fprintln(errs, "readback:", err)
		return 1
	}
	return 0
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "readback", version())
	return err
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = s.Value
		}
	}
	if v == "" {
		v = "(devel)"
	}
	return v
}
