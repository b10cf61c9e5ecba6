package lab

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"github.com/seed-909bec58/readback/rules/patient"
)

// IDs is the site's secret, under which what the outside names becomes an id: always the same one, at every door, and
// without the secret nobody can try which number it stands for.
type IDs []byte

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Of returns the id of a kind ("patient") for the parts that name it outside: 80 bits of their HMAC.
func (k IDs) Of(kind string, parts ...string) string {
	h := hmac.New(sha256.New, k)
	for _, p := range append([]string{kind}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return kind + "/" + crockford.EncodeToString(h.Sum(nil)[:10])
}

// Patient returns a patient's handle for a number.
func (k IDs) Patient(n patient.Number) string {
	return k.Of("patient", strings.ToUpper(n.Assigner), n.Value)
}

// PatientsWith returns the patients in mind who have a number, by any assigner, or by the one given.
func (s *State) PatientsWith(number, assigner string) []*patient.Patient {
	return s.Patients.With(number, assigner)
}
