package demo

import (
	"strings"

	"github.com/seed-909bec58/readback/rules/roster"
)

// The units of the hospital, by code.
const (
	icu  = "ICU-2"
	ward = "MED-4"
	ed   = "ED"
)

var units = []string{icu, ward, ed}

// Signin is one way to sign in to the demonstration.
type Signin struct {
	Login, Password, Role, Name string
}

// administrator is the login of the first administrator; desk and night those of the technicians at the
// laboratory's desk.
const (
	administrator = "admin"
	director      = "ruiz"
	supervisor    = "weiss"
	desk          = "brown"
	night         = "ines"
)

// member is one of the staff: the login is the rest of the id too.
type member struct {
	login, name, title string
	role               roster.Role
	unit               string // of a clinician
	code               string // by which senders name a clinician
}

// staff is everybody, those first whom a visitor would be.
var staff = []member{
	{"lee", "Dr Mina Lee", "Resident, ICU-2", roster.Clinician, icu, "D101"},
	{"okafor", "Dr Ada Okafor", "Senior registrar, ICU-2", roster.Clinician, icu, "D102"},
	{"novak", "Dr Petr Novak", "Resident, MED-4", roster.Clinician, ward, "D201"},
	{"silva", "Dr Clara Silva", "Registrar, MED-4", roster.Clinician, ward, "D202"},
	{"haddad", "Dr Samir Haddad", "Resident, ED", roster.Clinician, ed, "D301"},
	{"jensen", "Dr Nora Jensen", "Registrar, ED", roster.Clinician, ed, "D302"},
	{desk, "Tom Brown", "Technician, day", roster.Technician, "", ""},
	{night, "Ines Marek", "Technician, night", roster.Technician, "", ""},
	{"feld", "Jonas Feld", "Technician, hematology", roster.Technician, "", ""},
	{supervisor, "Paul Weiss", "Laboratory supervisor", roster.Supervisor, "", ""},
	{director, "Dr Elena Ruiz", "Laboratory director", roster.Director, "", ""},
	{administrator, "Kim Adler", "Administrator", roster.Administrator, "", ""},
}

// person is the member as admitted.
func (m member) person() roster.Person {
	p := roster.Person{ID: "person/" + m.login, Login: m.login, Name: m.name, Title: m.title, Role: m.role, Receives: m.role == roster.Clinician}
	if m.unit != "" {
		p.Units, p.Codes = []string{m.unit}, []string{m.code}
	}
	return p
}

// password is a member's: easy to type, and the same in every demonstration.
func (m member) password() string { return "demo-" + m.login + "-4711-x" }

func memberOf(login string) member {
	for _, m := range staff {
		if m.login == login {
			return m
		}
	}
	return member{login: login, name: login}
}

// nameOf is what people call a person of an id.
func nameOf(id string) string {
	login := strings.TrimPrefix(id, "person/")
	return memberOf(login).name
}

func signins() []Signin {
	out := make([]Signin, len(staff))
	for i, m := range staff {
		out[i] = Signin{Login: m.login, Password: m.password(), Role: string(m.role), Name: m.name}
	}
	return out
}
