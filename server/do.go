package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// asked is one command of one viewer.
type asked struct {
	ctx context.Context //nolint:containedctx // lives for one command
	lab.Viewer
	cmd   wire.Command
	roles []roster.Role
	bare  bool
	first bool       // the first administrator, whom nobody can admit
	kiosk bool       // a device of the laboratory may ask
	at    lab.Viewer // the device at which a person acts by PIN; empty: by a session of one's own
}

// command says who may give a command, and what it does.
type command struct {
	roles []roster.Role                      // empty: any person who is signed in
	bare  bool                               // devices and machines may too
	kiosk bool                               // devices of whoever has one of the roles may too
	large bool                               // over HTTP it may be as long as wire.MaxBody
	run   func(*Server, *asked) (any, error) // nil: as
}

var (
	anyOfLab  = []roster.Role{roster.Technician, roster.Supervisor, roster.Director}
	leads     = []roster.Role{roster.Supervisor, roster.Director}
	directors = []roster.Role{roster.Director}
	admins    = []roster.Role{roster.Administrator}
	planners  = []roster.Role{roster.Supervisor, roster.Director, roster.Administrator}
)

// commands is every command; docs/protocol.md has the same table for people.
var commands = map[string]command{
	wire.DoCalls:    {bare: true, run: reads((*Server).calls)},
	wire.DoCall:     {run: reads((*Server).call)},
	wire.DoSeen:     {run: reads((*Server).seen)},
	wire.DoReadBack: {run: reads((*Server).readBack)},
	wire.DoTake:     {run: reads((*Server).take)},
	wire.DoPassOn:   {run: reads((*Server).passOn)},
	wire.DoGlass:    {run: reads((*Server).breakGlass)},

	wire.DoTelephoneBegin: {roles: anyOfLab, run: reads((*Server).telephoneBegin)},
	wire.DoTelephone:      {roles: anyOfLab, run: reads((*Server).telephone)},
	wire.DoTelephoneFail:  {roles: anyOfLab, run: reads((*Server).telephoneFailed)},

	wire.DoHeldConfirm:    {roles: anyOfLab, run: reads((*Server).heldConfirm)},
	wire.DoHeldRerun:      {roles: anyOfLab, run: reads((*Server).heldRerun)},
	wire.DoResultTry:      {roles: anyOfLab, run: reads((*Server).tryResult)},
	wire.DoResultReport:   {roles: anyOfLab, run: reads((*Server).reportResult)},
	wire.DoLimitsTry:      {roles: leads, large: true, run: reads((*Server).tryLimits)},
	wire.DoLimitsUnit:     {roles: leads, run: reads((*Server).limitsUnit)},
	wire.DoLimitsRetire:   {roles: directors, run: reads((*Server).retire)},
	wire.DoLimitsExamples: {roles: append(admins, anyOfLab...), run: reads((*Server).examples)},

	wire.DoEnd:          {roles: directors, run: reads((*Server).endCall)},
	wire.DoSeries:       {run: reads((*Server).series)},
	wire.DoIdentify:     {roles: anyOfLab, run: reads((*Server).identify)},
	wire.DoSettle:       {roles: anyOfLab, run: reads((*Server).settle)},
	wire.DoExempt:       {roles: directors, run: reads((*Server).exempt)},
	wire.DoRearm:        {roles: leads, run: reads((*Server).rearm)},
	wire.DoExemptions:   {roles: anyOfLab, run: reads((*Server).exemptions)},
	wire.DoFactor:       {roles: leads, run: reads((*Server).factor)},
	wire.DoRetry:        {roles: anyOfLab, run: reads((*Server).retry)},
	wire.DoReceipt:      {run: reads((*Server).doReceipt)},
	wire.DoConsistency:  {bare: true, run: reads((*Server).doConsistency)},
	wire.DoPeople:       {roles: planners, run: reads((*Server).people)},
	wire.DoAdmit:        {roles: admins, run: reads((*Server).admit)},
	wire.DoChange:       {roles: admins, run: reads((*Server).change)},
	wire.DoDisable:      {roles: admins, run: reads((*Server).disable)},
	wire.DoPassword:     {run: reads((*Server).password)},
	wire.DoDelivered:    {bare: true, run: reads((*Server).delivered)},
	wire.DoPIN:          {run: reads((*Server).pin)},
	wire.DoPINSet:       {run: reads((*Server).setPIN)},
	wire.DoLock:         {bare: true, run: (*Server).doLock},
	wire.DoUnlock:       {bare: true, run: (*Server).doUnlock},
	wire.DoLimits:       {roles: append(admins, anyOfLab...), run: reads((*Server).limits)},
	wire.DoLimitsDraft:  {roles: leads, large: true, run: reads((*Server).draft)},
	wire.DoLimitsAppr:   {roles: directors, run: reads((*Server).approve)},
	wire.DoLimitsMap:    {roles: leads, run: reads((*Server).mapCode)},
	wire.DoRoster:       {run: reads((*Server).roster)},
	wire.DoRosterPub:    {roles: planners, large: true, run: reads((*Server).publish)},
	wire.DoReceivingSet: {roles: directors, run: reads((*Server).setReceiving)},
	wire.DoRosterTry:    {roles: planners, large: true, run: reads((*Server).try)},
	wire.DoRosterCover:  {roles: planners, run: reads((*Server).cover)},
	wire.DoCoverOffer:   {run: reads((*Server).offerCover)},
	wire.DoCoverAccept:  {run: reads((*Server).acceptCover)},
	wire.DoCoverBack:    {run: reads((*Server).withdrawCover)},
	wire.DoWho:          {run: reads((*Server).who)},
	wire.DoLadderSet:    {roles: planners, run: reads((*Server).setLadder)},
	wire.DoLadderRemove: {roles: planners, run: reads((*Server).removeLadder)},
	wire.DoTimes:        {roles: planners, run: reads((*Server).times)},
	wire.DoTimesRebuild: {roles: admins, run: reads((*Server).rebuildTimes)},
	wire.DoStory:        {roles: append(admins, anyOfLab...), run: reads((*Server).story)},
	wire.DoStatus:       {roles: append(admins, anyOfLab...), run: reads((*Server).status)},
	wire.DoTokens:       {roles: admins, run: reads((*Server).listTokens)},
	wire.DoBoard:        {run: reads((*Server).board), kiosk: true, roles: append(admins, anyOfLab...)},
	wire.DoBoardLook:    {run: reads((*Server).boardLook), kiosk: true, roles: append(admins, anyOfLab...)},
	wire.DoAs:           {kiosk: true, roles: anyOfLab},
	wire.DoBookTry:      {roles: anyOfLab, run: reads((*Server).bookTry)},
	wire.DoBook:         {roles: anyOfLab, run: reads((*Server).book)},
	wire.DoBookSeries:   {roles: anyOfLab, run: reads((*Server).bookSeries)},
	wire.DoSeriesCancel: {roles: anyOfLab, run: reads((*Server).seriesCancel)},
	wire.DoSeriesMove:   {roles: anyOfLab, run: reads((*Server).seriesMove)},
	wire.DoBookMove:     {roles: anyOfLab, run: books(bookMove)},
	wire.DoBookTransfer: {roles: anyOfLab, run: reads((*Server).bookTransfer)},
	wire.DoBookCancel:   {roles: anyOfLab, run: books(bookCancel)},
	wire.DoBookIn:       {roles: anyOfLab, run: books(bookIn)},
	wire.DoBookFinish:   {roles: anyOfLab, run: books(bookFinish)},
	wire.DoBookTake:     {roles: anyOfLab, run: books(bookTake)},
	wire.DoFree:         {roles: append(admins, anyOfLab...), kiosk: true, run: reads((*Server).free)},
	wire.DoUse:          {roles: anyOfLab, run: books(use)},
	wire.DoUseEnd:       {roles: anyOfLab, run: books(useEnd)},
	wire.DoUseAccept:    {roles: anyOfLab, run: books(useAccept)},
	wire.DoWait:         {roles: anyOfLab, run: reads((*Server).wait)},
	wire.DoWaitEnd:      {roles: anyOfLab, run: books(waitEnd)},
	wire.DoPreempt:      {roles: anyOfLab, run: reads((*Server).preempt)},
	wire.DoYield:        {roles: anyOfLab, run: books(yield)},
	wire.DoDecline:      {roles: anyOfLab, run: books(decline)},
	wire.DoDown:         {roles: anyOfLab, run: reads((*Server).down)},
	wire.DoReroute:      {roles: anyOfLab, run: reads((*Server).reroute)},
	wire.DoVerify:       {roles: anyOfLab, run: reads((*Server).verifyRepair)},
	wire.DoRelease:      {roles: leads, run: books(release)},
	wire.DoInstrument:   {roles: planners, run: reads((*Server).instrument)},
	wire.DoRetire:       {roles: planners, run: books(retireInstrument)},
	wire.DoGate:         {roles: anyOfLab, run: books(gate)},
	wire.DoRules:        {roles: planners, run: reads((*Server).bookingRules)},
	wire.DoCompetent:    {roles: leads, run: reads((*Server).competence)},
	wire.DoFeeds:        {roles: anyOfLab, run: reads((*Server).feeds)},
	wire.DoFeedOpen:     {roles: anyOfLab, run: reads((*Server).feedOpen)},
	wire.DoFeedEnd:      {roles: anyOfLab, run: books(feedEnd)},

	wire.DoTokenMint:    {roles: admins, run: reads((*Server).mint)},
	wire.DoTokenRevoke:  {roles: admins, run: reads((*Server).revoke)},
	wire.DoSessionsList: {bare: true, run: reads((*Server).sessions)},
	wire.DoSessionsEnd:  {bare: true, run: reads((*Server).endSession)},
}

// post is POST /api/do/{command}.
func (s *Server) post(w http.ResponseWriter, r *http.Request, v lab.Viewer) {
	cmd := wire.Command{Do: r.PathValue("command"), Key: r.Header.Get("Idempotency-Key")}
	c, ok := commands[cmd.Do]
	if !ok {
		s.fail(w, r, wire.ErrNoCommand)
		return
	}
	most := int64(wire.MaxMessage)
	if c.large {
		most = wire.MaxBody
	}
	var err error
	if cmd.Body, err = raw(w, r, most); err != nil {
		s.fail(w, r, err)
		return
	}
	out, err := s.do(r.Context(), v, cmd)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.say(w, http.StatusOK, out)
}

// longestKey is how long the name of an idempotency key may be.
const longestKey = 200

// do runs a command for a viewer, whichever way it came.
func (s *Server) do(ctx context.Context, v lab.Viewer, cmd wire.Command) (out any, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("server: %s panicked: %s\n%s", cmd.Do, lab.Panicked(r), debug.Stack())
		}
	}()
	c, ok := commands[cmd.Do]
	if !ok {
		return nil, wire.ErrNoCommand
	}
	if len(cmd.Key) > longestKey {
		return nil, wire.Bad("key", fmt.Sprintf("The key is longer than %d bytes.", longestKey), "Use a shorter one.")
	}
	if err := s.paced(v.Subject, costs(cmd.Do)); err != nil {
		return nil, err
	}
	st, now := s.Lab.State(), s.Lab.Now()
	q := &asked{ctx: ctx, Viewer: st.Present(v, now), cmd: cmd, roles: c.roles, bare: c.bare, kiosk: c.kiosk}
	if err := q.allowed(st, now); err != nil {
		return nil, err
	}
	if c.run == nil { // as, which looks into this very table
		return reads((*Server).as)(s, q)
	}
	return c.run(s, q)
}

// allowed tells whether the viewer may give the command, by a state.
func (q *asked) allowed(st *lab.State, now time.Time) error {
	switch {
	case q.first:
		return nil
	case q.at.Session != "" && (!st.Signed(q.at, now) || !q.byDevice(st) || !st.Roster.Get(q.Subject).Valid(now)):
		return wire.ErrSignIn
	case q.at.Session == "" && !st.Signed(q.Viewer, now):
		return wire.ErrSignIn
	case q.at.Session == "" && st.Bare(q.Viewer) && !q.bare && (!q.kiosk || !q.device(st)):
		return wire.ErrDevice
	case len(q.roles) > 0 && !slices.Contains(q.roles, st.Roster.Get(q.Subject).Role):
		return &wire.Refusal{Err: wire.ErrForbidden, Facts: map[string]any{"roles": q.roles}}
	}
	return nil
}

// reads is a command that is run with its body, which is read strictly.
func reads[B any](run func(*Server, *asked, B) (any, error)) func(*Server, *asked) (any, error) {
	return func(s *Server, q *asked) (any, error) {
		var b B
		if err := wire.Read(q.cmd.Body, &b); err != nil {
			return nil, err
		}
		return run(s, q, b)
	}
}

// key returns the command's idempotency key. Its content is digested under the site's secret: what was typed in a
// read-back is short, and could be guessed from a plain digest.
func (s *Server) key(q *asked) lab.Key {
	if q.cmd.Key == "" {
		return lab.Key{}
	}
	m := hmac.New(sha256.New, s.Secret)
	m.Write([]byte("command\x00" + q.cmd.Do + "\x00"))
	m.Write(q.cmd.Body)
	return lab.NewKey(q.Subject, q.cmd.Key, m.Sum(nil))
}

// record records what decide says for a viewer who, by the very state it is decided on, may.
func (s *Server) record(q *asked, key lab.Key, decide lab.Decide, about ...string) (lab.Done, error) {
	done, err := s.Lab.Record(q.ctx, q.Actor(), key, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		if err := q.allowed(st, now); err != nil {
			return nil, err
		}
		return decide(st, now)
	}, about...)
	return done, err
}

// recorded is record for a command whose answer is only that.
func (s *Server) recorded(q *asked, decide lab.Decide) (any, error) {
	done, err := s.record(q, s.key(q), decide)
	if err != nil {
		return nil, err
	}
	return recordedAs(done), nil
}

func recordedAs(d lab.Done) wire.Recorded {
	return wire.Recorded{First: d.First, Last: d.Last, At: d.At, Repeat: d.Repeat}
}

// events are a room's events as the lab's.
func events[E lab.Event](evs []E, err error) ([]lab.Event, error) {
	if err != nil {
		return nil, err
	}
	out := make([]lab.Event, 0, len(evs))
	for _, ev := range evs {
		out = append(out, ev)
	}
	return out, nil
}

// told returns what a command recorded, also when it was recorded the first time.
func (s *Server) told(ctx context.Context, d lab.Done) ([]lab.Event, time.Time, error) {
	if !d.Repeat {
		return d.Events, d.At, nil
	}
	es, err := s.Lab.Store().Read(ctx, d.First-1, int(min(int64(d.Last-d.First+1), ledger.MaxRead)))
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("server: %w", err)
	}
	var out []lab.Event
	at := d.At
	for i := range es {
		ev, err := wire.Decode(&es[i])
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("server: %w", err)
		}
		out, at = append(out, ev), es[i].At
	}
	return out, at, nil
}

// newID returns a fresh id's last part: 80 random bits, or with a key the same ones for the same command.
func (s *Server) newID(q *asked) (string, error) {
	b := make([]byte, 10)
	if q.cmd.Key != "" {
		m := hmac.New(sha256.New, s.Secret)
		m.Write([]byte("id\x00" + q.Subject + "\x00" + q.cmd.Do + "\x00" + q.cmd.Key))
		copy(b, m.Sum(nil))
	} else if _, err := io.ReadFull(s.Rand, b); err != nil {
		return "", fmt.Errorf("server: %w", err)
	}
	return crockford.EncodeToString(b), nil
}

// plain checks that an id is a prefix and then letters, digits and hyphens.
func plain(field, id, prefix string) error {
	rest, ok := strings.CutPrefix(id, prefix)
	fit := ok && rest != "" && len(rest) <= 40 && strings.IndexFunc(rest, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	}) < 0
	if !fit {
		return wire.Bad(field, fmt.Sprintf("The id must be %q and then small letters, digits and hyphens.", prefix), "Choose another id, or leave it out.")
	}
	return nil
}
