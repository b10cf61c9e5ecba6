package hl7_test
import ("testing";"github.com/seed-909bec58/readback/rules/critical";"github.com/seed-909bec58/readback/doors/hl7";"crypto/sha256";"encoding/hex")
func TestZZ(t *testing.T){
 all:=publicMessages(t); h:=staffed(t)
 name:=map[string]string{}
 for _,m:=range all{ name[m.Sum]=m.File; h.door.Handle(t.Context(),hl7.Peer{},m.raw)}
 for _,e:=range events[*critical.Quarantined](t,h){ s:=sha256.Sum256(e.Sealed.Raw); t.Log(e.Reason,e.Critical,name[hex.EncodeToString(s[:])])}
 n:=map[critical.Outcome]int{}
 for _,e:=range events[*critical.Reported](t,h){n[e.Outcome]++; if e.Outcome==critical.Critical||e.Outcome==critical.Unreadable||e.Outcome==critical.UnknownUnit{t.Log(e.Outcome,e.LOINC,e.Sealed.Value,e.Sealed.Unit,e.Unit,e.Sealed.Name,e.Call,e.Status, e.Repeat)}}
 t.Log(n, h.State().Critical.Work.Len(), h.State().Patients.Patients.Len(), h.State().Critical.Calls.Len())
}
