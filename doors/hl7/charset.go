package hl7

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// charset is the character set in which a message was read. enc is nil for UTF-8 and ASCII; wide says that ASCII
// characters take two bytes.
type charset struct {
	name string
	enc  encoding.Encoding
	wide bool
}

var (
	utf8Set  = charset{name: "UTF-8"}
	guessSet = charset{name: "windows-1252", enc: charmap.Windows1252}
)

// charsets are the names of table 0211 and the spellings met beside them, without blanks, dashes, strokes and "ISO".
var charsets = map[string]charset{
	"88591": {"ISO-8859-1", charmap.ISO8859_1, false}, "LATIN1": {"ISO-8859-1", charmap.ISO8859_1, false},
	"88592": {"ISO-8859-2", charmap.ISO8859_2, false}, "88593": {"ISO-8859-3", charmap.ISO8859_3, false},
	"88594": {"ISO-8859-4", charmap.ISO8859_4, false}, "88595": {"ISO-8859-5", charmap.ISO8859_5, false},
	"88596": {"ISO-8859-6", charmap.ISO8859_6, false}, "88597": {"ISO-8859-7", charmap.ISO8859_7, false},
	"88598": {"ISO-8859-8", charmap.ISO8859_8, false}, "88599": {"ISO-8859-9", charmap.ISO8859_9, false},
	"885910": {"ISO-8859-10", charmap.ISO8859_10, false}, "885911": {"windows-874", charmap.Windows874, false},
	"885913": {"ISO-8859-13", charmap.ISO8859_13, false}, "885914": {"ISO-8859-14", charmap.ISO8859_14, false},
	"885915": {"ISO-8859-15", charmap.ISO8859_15, false}, "885916": {"ISO-8859-16", charmap.ISO8859_16, false},
	"WINDOWS1250": {"windows-1250", charmap.Windows1250, false}, "CP1250": {"windows-1250", charmap.Windows1250, false},
	"WINDOWS1251": {"windows-1251", charmap.Windows1251, false}, "CP1251": {"windows-1251", charmap.Windows1251, false},
	"WINDOWS1252": guessSet, "CP1252": guessSet, "ANSI": guessSet,
	"WINDOWS1253": {"windows-1253", charmap.Windows1253, false}, "WINDOWS1254": {"windows-1254", charmap.Windows1254, false},
	"WINDOWS1257": {"windows-1257", charmap.Windows1257, false},
	"IR87":        {"ISO-2022-JP", japanese.ISO2022JP, false}, "2022JP": {"ISO-2022-JP", japanese.ISO2022JP, false},
	"IR14": {"Shift_JIS", japanese.ShiftJIS, false}, "SHIFTJIS": {"Shift_JIS", japanese.ShiftJIS, false},
	"EUCJP": {"EUC-JP", japanese.EUCJP, false}, "KSX1001": {"EUC-KR", korean.EUCKR, false},
	"GB180302000": {"GB18030", simplifiedchinese.GB18030, false}, "GB18030": {"GB18030", simplifiedchinese.GB18030, false},
	"BIG5": {"Big5", traditionalchinese.Big5, false},
	"UTF8": utf8Set, "UNICODEUTF8": utf8Set,
}

var punctuation = strings.NewReplacer(" ", "", "-", "", "_", "", "/", "", ".", "")

// plainName is the name without what senders write differently.
func plainName(name string) string {
	return strings.TrimPrefix(punctuation.Replace(strings.ToUpper(name)), "ISO")
}

// chooseCharset says how to read raw, whose MSH-18 (first repetition) is name. What the sender said is followed unless
// the bytes contradict it: then UTF-8 if they are valid UTF-8, else windows-1252, with a doubt.
func chooseCharset(name string, raw []byte) (charset, Doubt) {
	key := plainName(name)
	set, known := charsets[key]
	unstated := key == "" || key == "ASCII" || key == "USASCII" || key == "IR6"
	if isASCII(raw) {
		if known && set.name == "ISO-2022-JP" && bytes.IndexByte(raw, 0x1b) >= 0 {
			return set, ""
		}
		if !known && !unstated {
			return charset{name: "ASCII"}, DoubtCharset
		}
		return charset{name: "ASCII"}, ""
	}
	valid := utf8.Valid(raw)
	switch {
	case known && set.enc == nil && valid:
		return set, ""
	case known && set.enc != nil && (!valid || !westEuropean(set)):
		return set, ""
	case valid:
		return utf8Set, DoubtCharset
	}
	return guessSet, DoubtCharset
}

// westEuropean says that bytes which are valid UTF-8 are no text in the set: capitals and ß would stand before signs only.
func westEuropean(s charset) bool {
	return s.name == "ISO-8859-1" || s.name == "ISO-8859-15" || s.name == "windows-1252"
}

// isASCII reports whether no byte has its highest bit set.
func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// wideSet recognises UTF-16 by its byte order mark, or by the zeroes in a header's letters.
func wideSet(raw []byte) (charset, bool) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return charset{"UTF-16", unicode.UTF16(unicode.BigEndian, unicode.UseBOM), true}, true
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}):
		return charset{"UTF-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), true}, true
	}
	// Big-endian letters stand at odd places, little-endian ones at even.
	switch at := bytes.Index(head(raw), []byte("M\x00S\x00H\x00")); {
	case at < 0:
		return charset{}, false
	case at%2 == 1:
		return charset{"UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true}, true
	}
	return charset{"UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true}, true
}

// head is the part of raw where a header must begin to be recognised in UTF-16.
func head(raw []byte) []byte { return raw[:min(len(raw), 4096)] }

// decode gives raw as UTF-8; what the set cannot read becomes U+FFFD.
func (s charset) decode(raw []byte) string {
	if s.enc == nil {
		return string(raw)
	}
	text, err := s.enc.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), string(utf8.RuneError))
	}
	return string(text)
}

// encode gives text in the set, for an answer that its receiver can read; what the set lacks becomes its substitute.
func (s charset) encode(text string) []byte {
	if s.enc == nil {
		return []byte(text)
	}
	raw, err := encoding.ReplaceUnsupported(s.enc.NewEncoder()).Bytes([]byte(text))
	if err != nil {
		return []byte(text)
	}
	return raw
}
