package server

import (
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// described is what the OpenAPI description says of a command: a line for people, a body as an example, whose type is
// the body's, and an answer of the answer's type.
type described struct {
	say    string
	body   any // nil: none
	answer any
}

var (
	exampleTime   = time.Date(2026, 11, 22, 3, 5, 7, 0, time.UTC)
	examplePerson = roster.Person{ID: "person/dr-lee", Login: "lee", Name: "Mina Lee", Title: "Dr", Role: roster.Clinician, Receives: true}
	exampleValues = map[string]string{"result/4k2m": "7.1 mmol/L"}
	exampleLadder = roster.Ladder{Unit: "ICU-2", Steps: []roster.Step{{Ask: "unit", Wait: 600}, {Ask: "desk", Wait: 300}}}
)

// descriptions has a row for each command; a test says which is missing, and compares the types with what wire says.
var descriptions = map[string]described{
	wire.DoCalls:     {"The open calls that this person may see, and the finished ones of the last hours.", wire.CallsBody{Hours: 12}, wire.Calls{}},
	wire.DoCall:      {"One call, by its id or, while it is open, by its reference.", wire.CallBody{Call: "7QK2M9"}, wire.Call{}},
	wire.DoSeen:      {"This person has opened a version of a call.", wire.SeenBody{Call: "call/9x1", Version: 1}, wire.Recorded{}},
	wire.DoDelivered: {"This person's screen got a rung that calls this person.", wire.DeliveredBody{Call: "7QK2M9", Attempt: 1}, wire.Recorded{}},
	wire.DoReadBack: {"Reads a call back. A difference is the problem mismatch, and the call stays open.", wire.ReadBackBody{
		Call: "call/9x1", Version: 1, Values: exampleValues, Tail: "0815", Entered: "keyed", Locale: "en-GB",
	}, wire.ReadBack{}},
	wire.DoTake:   {"Takes a call.", wire.TakeBody{Call: "call/9x1", Version: 1, How: "mine"}, wire.Recorded{}},
	wire.DoPassOn: {"Passes a call on.", wire.PassOnBody{Call: "call/9x1", Version: 1, To: "person/okafor", Reason: "not-my-patient"}, wire.PassedOn{}},
	wire.DoGlass:  {"Breaks the glass of a call.", wire.GlassBody{Call: "7QK2M9", BreakGlass: wire.BreakGlass{Reason: "emergency"}}, wire.Call{}},
	wire.DoTelephoneBegin: {
		"Begins to telephone somebody about a call.",
		wire.TelephoneBody{Call: "call/9x1", Version: 1, To: "person/dr-lee", At: "4711"},
		wire.Telephone{},
	},
	wire.DoTelephone: {"What the receiver said on the telephone.", wire.HeardBody{
		Call: "call/9x1", Version: 1, Attempt: 2, Receiver: wire.Receiver{Person: "person/dr-lee", Role: "physician", Known: "roster"},
		Values: exampleValues, Tail: "0815",
	}, wire.ReadBack{}},
	wire.DoTelephoneFail: {"An attempt to telephone came to nothing.", wire.TelephoneFailedBody{Call: "call/9x1", Attempt: 2, Difficulty: "no-answer"}, wire.Recorded{}},
	wire.DoSeries:        {"The earlier results of a test of a call's patient.", wire.SeriesOfBody{Call: "call/9x1", Result: "result/4f"}, wire.Series{}},
	wire.DoIdentify:      {"Names the patient of a call that was called by its accession number.", wire.IdentifyBody{Call: "call/9x1", Version: 1, Number: "4711", Reason: "label"}, wire.Recorded{}},
	wire.DoEnd:           {"Ends a call without a read-back, by a director's decision.", wire.EndBody{Call: "call/9x1", Version: 1, Reason: "told-in-person"}, wire.Recorded{}},
	wire.DoSettle:        {"Settles a work item of the laboratory.", wire.SettleBody{Work: "work/3d", How: "filed-by-hand"}, wire.Recorded{}},
	wire.DoExempt: {"Keeps repeats of a patient's test from being called for a time.", wire.ExemptBody{
		Patient: "4711", Test: "2823-3", Physician: "person/dr-lee", Until: exampleTime, Reason: "dialysis, known",
	}, wire.Exempted{}},
	wire.DoRearm:      {"Ends an exemption: everything critical is called again.", wire.RearmBody{ID: "exemption/3d"}, wire.Recorded{}},
	wire.DoExemptions: {"The exemptions in force.", nil, wire.Exemptions{}},
	wire.DoFactor: {"Notes whether a patient has a factor that limits ask for.", wire.FactorBody{
		Patient: "4711", Factor: "dialysis", Has: "yes", Until: exampleTime,
	}, wire.Factors{}},
	wire.DoRetry:       {"Files a message that waits in quarantine, once what was wrong is mended.", wire.RetryBody{Work: "message/3d"}, wire.Meant{}},
	wire.DoHeldConfirm: {"A held critical result is confirmed: it is called.", wire.HeldBody{Call: "call/9x1"}, wire.Recorded{}},
	wire.DoHeldRerun:   {"A held critical result is measured again.", wire.HeldBody{Call: "call/9x1"}, wire.Recorded{}},
	wire.DoReceipt:     {"The proof that an entry stands in the ledger.", wire.ReceiptBody{Seq: 121}, ledger.Receipt{}},
	wire.DoConsistency: {"The proof that the ledger only added to what it was at a size.", wire.ConsistencyBody{From: 100}, wire.Consistency{}},
	wire.DoPeople:      {"Everyone who is or was admitted.", nil, wire.People{}},
	wire.DoAdmit:       {"Admits a person.", wire.AdmitBody{Person: examplePerson, Password: "correct horse battery"}, wire.Admitted{}},
	wire.DoChange:      {"Says who a person is now: all of it.", wire.ChangeBody{Person: examplePerson}, wire.Recorded{}},
	wire.DoDisable:     {"Ends a person's rights and sessions.", wire.DisableBody{Person: "person/dr-lee"}, wire.Recorded{}},
	wire.DoPassword:    {"Sets a password and ends the other sessions.", wire.PasswordBody{Old: "correct horse battery", New: "a better horse yet"}, wire.Recorded{}},
	wire.DoPIN:         {"Makes the session fresh again by one's PIN.", wire.PINBody{PIN: "274913"}, wire.Renewed{}},
	wire.DoPINSet:      {"Sets one's PIN; an empty one takes it away.", wire.PINSetBody{PIN: "274913", Password: "correct horse battery"}, wire.Renewed{}},
	wire.DoLock:        {"Makes the signed-in session a device; the answer brings its cookie.", nil, wire.SignedIn{}},
	wire.DoUnlock:      {"Makes a device's connection that of who has just signed in on it; websocket only.", wire.UnlockBody{Unlock: "1795316707.session/7d.Zm9v"}, wire.Me{}},
	wire.DoLimits:      {"The limit sets, and which are in force.", nil, wire.Limits{}},
	wire.DoLimitsDraft: {"Drafts a version of a limit set.", wire.DraftBody{Set: critical.ExampleSets()[0]}, wire.Recorded{}},
	wire.DoLimitsAppr:  {"Puts a version of a limit set in force.", wire.ApproveBody{Limits: "limits/ours", Version: "3", Effective: exampleTime}, wire.Recorded{}},
	wire.DoLimitsUnit:  {"Says what a sender's spelling of a unit means.", wire.UnitBody{Sender: "LIS", Written: "mmol/l", Unit: "mmol/L"}, wire.Meant{}},
	wire.DoLimitsMap:   {"Says what a sender's code means.", wire.MapBody{Sender: "LIS", Code: "K", Test: critical.Test{LOINC: "2823-3", Label: "Potassium"}}, wire.Meant{}},
	wire.DoRoster:      {"Who is on duty, and the ladders.", wire.RosterBody{At: exampleTime}, wire.Roster{}},

	wire.DoResultTry:      {"What the limits in force make of a result by hand; records nothing.", wire.ResultBody{Patient: "4711", Test: "2823-3", Value: "7.1", Measure: "mmol/L"}, wire.Verdict{}},
	wire.DoResultReport:   {"Reports a result by hand; a critical one is called.", wire.ResultBody{Patient: "4711", Test: "2823-3", Value: "7.1", Measure: "mmol/L"}, wire.Reported{}},
	wire.DoLimitsTry:      {"What a set would have called of the last filed results; records nothing.", wire.TryBody{Limits: "limits/ours", Version: "3"}, wire.Tried{}},
	wire.DoLimitsRetire:   {"Takes a version of a limit set out of force.", wire.RetireBody{Limits: "limits/ours", Version: "3"}, wire.Recorded{}},
	wire.DoLimitsExamples: {"The sourced example sets, none of them in force by itself.", nil, wire.Examples{}},

	wire.DoRosterPub: {"Publishes a roster of a period.", roster.Published{
		From: exampleTime, To: exampleTime.AddDate(0, 0, 7), Posts: []roster.Post{{ID: "post/icu-2", Name: "ICU-2 resident", Unit: "ICU-2"}},
		Shifts:  []roster.Shift{{ID: "shift/1", Post: "post/icu-2", Person: "person/dr-lee", From: exampleTime, To: exampleTime.Add(12 * time.Hour)}},
		Ladders: []roster.Ladder{exampleLadder},
	}, wire.Recorded{}},
	wire.DoRosterCover: {"One person stands in for another at a post.", roster.Covered{
		Post: "post/icu-2", Out: "person/dr-lee", In: "person/okafor", From: exampleTime, To: exampleTime.Add(time.Hour),
	}, wire.Recorded{}},
	wire.DoReceivingSet: {"Says which professions may receive a read-back.", wire.ReceivingBody{Professions: roster.Professions()}, wire.Recorded{}},
	wire.DoRosterTry: {"What publishing a roster would meet and change; records nothing.", wire.PublishBody{Published: roster.Published{
		From: exampleTime, To: exampleTime.Add(24 * time.Hour), Ladders: []roster.Ladder{exampleLadder},
	}}, wire.RosterTried{}},
	wire.DoCoverOffer: {"Offers to stand in, or asks somebody to.", wire.OfferBody{
		Post: "post/icu-2", Out: "person/dr-lee", In: "person/okafor", From: exampleTime, To: exampleTime.Add(time.Hour),
	}, wire.CoverNamed{}},
	wire.DoCoverAccept:  {"Accepts an offered cover.", wire.CoverBody{Cover: "cover/7d"}, wire.Recorded{}},
	wire.DoCoverBack:    {"Withdraws a cover.", wire.CoverBody{Cover: "cover/7d"}, wire.Recorded{}},
	wire.DoWho:          {"Who would get a call, and why.", wire.WhoBody{Unit: "ICU-2", At: exampleTime}, wire.Who{}},
	wire.DoLadderSet:    {"Sets one ladder.", wire.LadderBody{Ladder: exampleLadder}, wire.Recorded{}},
	wire.DoLadderRemove: {"Removes one ladder.", wire.LadderRemoveBody{Unit: "ICU-2"}, wire.Recorded{}},
	wire.DoTimes:        {"How long notifications took.", wire.TimesBody{From: "2026-10-01", To: "2026-10-31", By: "unit"}, wire.Times{}},
	wire.DoTimesRebuild: {"Reads the tables of notification times again from the ledger.", nil, wire.Rebuilding{}},
	wire.DoStory:        {"The story of one call.", wire.StoryBody{Call: "7QK2M9"}, wire.Story{}},
	wire.DoStatus:       {"How this node is.", nil, wire.Status{}},
	wire.DoTokens:       {"The tokens of programs that are good.", nil, wire.Tokens{}},
	wire.DoBoard:        {"The instruments, and what is booked of them.", wire.BoardBody{From: exampleTime, To: exampleTime.AddDate(0, 0, 1)}, wire.Board{}},
	wire.DoBoardLook:    {"Some bookings and instruments as they are now.", wire.BoardLookBody{Bookings: []string{"booking/7d"}, Mine: true}, wire.Board{}},
	wire.DoAs: {"What a person does at a kiosk, by the PIN; the answer is the command's.", wire.AsBody{
		Login: "brown", PIN: "274913", Do: wire.DoUse, Body: []byte(`{"instrument":"instrument/chem-1"}`),
	}, wire.Recorded{}},
	wire.DoBookTry: {"What a booking would meet; records nothing.", exampleBooking, wire.BookingTried{}},
	wire.DoBook:    {"Books instruments, all or none.", exampleBooking, wire.Booked{}},
	wire.DoBookSeries: {"Books a series.", wire.SeriesBody{
		Items: exampleBooking.Items, Repeat: equipment.Repeat{Every: equipment.Weekly, First: "2026-11-23T08:00", Zone: "Europe/Berlin", Minutes: 60, Count: 10}, Skip: true,
	}, wire.SeriesBooked{}},
	wire.DoSeriesCancel: {"Gives up a series from its nth booking on.", wire.SeriesCancelBody{Series: "series/7d", From: 3}, wire.SeriesChanged{}},
	wire.DoSeriesMove: {"Moves a series from its nth booking on.", wire.SeriesMoveBody{
		Series: "series/7d", From: 3, Shift: equipment.Shift{At: "08:30", Minutes: 45}, Skip: true,
	}, wire.SeriesChanged{}},
	wire.DoBookMove:     {"Gives a booking another time or other instruments.", wire.MoveBody{OfBody: exampleOf, Start: exampleTime, End: exampleTime.Add(time.Hour)}, wire.Recorded{}},
	wire.DoBookTransfer: {"Gives a booking to another person.", wire.TransferBody{OfBody: exampleOf, To: "person/okafor"}, wire.Recorded{}},
	wire.DoBookCancel:   {"Gives a booking up.", wire.CancelBody{OfBody: exampleOf, Reason: "not-needed"}, wire.Recorded{}},
	wire.DoBookIn:       {"Begins a booking's work.", wire.CheckInBody{OfBody: exampleOf}, wire.Recorded{}},
	wire.DoBookFinish:   {"Ends a booking's work, with a note to the next user.", wire.FinishBody{OfBody: exampleOf, Note: "Wash it."}, wire.Recorded{}},
	wire.DoBookTake:     {"Takes a place that was held for who waited.", exampleOf, wire.Recorded{}},
	wire.DoFree:         {"When instruments are free.", wire.FreeBody{From: exampleTime, To: exampleTime.AddDate(0, 0, 7), Minutes: 60, Assays: []string{"K"}}, wire.Free{}},
	wire.DoUse:          {"Uses an instrument without a booking.", wire.UseBody{Instrument: "instrument/chem-1"}, wire.Recorded{}},
	wire.DoUseEnd:       {"Ends that use.", wire.UseBody{Instrument: "instrument/chem-1", Note: "Wash it."}, wire.Recorded{}},
	wire.DoUseAccept:    {"Takes over what the last user left.", wire.UseBody{Instrument: "instrument/chem-1"}, wire.Recorded{}},
	wire.DoWait: {"Waits for a place.", wire.WaitBody{
		Any: []string{"instrument/chem-1"}, Minutes: 60, From: exampleTime, To: exampleTime.AddDate(0, 0, 1),
	}, wire.Waiting{}},
	wire.DoWaitEnd:    {"Ends a wait.", wire.WaitEndBody{Wait: "wait/7d"}, wire.Recorded{}},
	wire.DoPreempt:    {"Asks for a booking's place for urgent work.", wire.PreemptBody{OfBody: exampleOf, For: exampleBooking}, wire.Booked{}},
	wire.DoYield:      {"Reads back which instrument is given up to urgent work.", wire.YieldBody{OfBody: exampleOf, Typed: "chem-1"}, wire.Recorded{}},
	wire.DoDecline:    {"Lets a booking that was asked for keep its place.", wire.DeclineBody{OfBody: exampleOf, Reason: "not-needed"}, wire.Recorded{}},
	wire.DoDown:       {"Says that an instrument cannot be used; its bookings are at risk.", wire.DownBody{Instrument: "instrument/chem-1", Severity: "stop"}, wire.Downed{}},
	wire.DoReroute:    {"Finds every booking at risk another place.", wire.IncidentBody{Incident: "incident/7d"}, wire.Rerouted{}},
	wire.DoVerify:     {"Says what was repaired; the instrument is verified before it returns.", wire.IncidentBody{Incident: "incident/7d", Repaired: "needle"}, wire.Recorded{}},
	wire.DoRelease:    {"Returns an instrument to service.", wire.IncidentBody{Incident: "incident/7d", Checked: []string{"control"}}, wire.Recorded{}},
	wire.DoInstrument: {"Lists an instrument.", wire.InstrumentBody{Instrument: equipment.Instrument{ID: "instrument/chem-1", Name: "Chemistry 1", Zone: "Europe/Berlin"}}, wire.Recorded{}},
	wire.DoRetire:     {"Takes an instrument out of use.", wire.UseBody{Instrument: "instrument/chem-1"}, wire.Recorded{}},
	wire.DoGate:       {"Says what a gate of an instrument says.", wire.GateBody{Gate: equipment.Gate{Instrument: "instrument/chem-1", Name: "control", Due: exampleTime}}, wire.Recorded{}},
	wire.DoRules:      {"Says what the rules of a set of instruments are.", wire.RulesBody{Rules: equipment.Rules{ID: "chemistry", Most: 240}}, wire.Recorded{}},
	wire.DoCompetent: {"Says what a person may run, and until when.", wire.CompetenceBody{Competency: equipment.Competency{
		Person: "person/okafor", Instrument: "instrument/chem-1", From: exampleTime, Until: exampleTime.AddDate(1, 0, 0),
	}}, wire.Recorded{}},

	wire.DoFeeds:    {"One's own calendar feeds.", nil, wire.Feeds{}},
	wire.DoFeedOpen: {"Makes a secret address under which a calendar reads bookings; it is shown once.", wire.FeedBody{Of: "instrument/chem-1"}, wire.FeedOpened{}},
	wire.DoFeedEnd:  {"Makes a feed's address useless.", wire.FeedEndBody{Feed: "feed/7d"}, wire.Recorded{}},

	wire.DoTokenMint:    {"Makes a token for a program; it is shown once.", wire.MintBody{Machine: "machine/board-1", Days: 90}, wire.Minted{}},
	wire.DoTokenRevoke:  {"Takes a token back.", wire.RevokeBody{ID: "session/7d"}, wire.Recorded{}},
	wire.DoSessionsList: {"One's own open sessions, or for administrators another's.", wire.SessionsBody{Person: "person/dr-lee"}, wire.Sessions{}},
	wire.DoSessionsEnd:  {"Ends a session, or all of a person or program.", wire.SessionsEndBody{Session: "session/7d"}, wire.Recorded{}},
}

var (
	exampleOf      = wire.OfBody{Booking: "booking/7d", Version: 1}
	exampleBooking = wire.BookBody{
		Items: []equipment.Item{{Instrument: "instrument/chem-1"}}, Start: exampleTime, End: exampleTime.Add(time.Hour), Assays: []string{"K"},
	}
)
