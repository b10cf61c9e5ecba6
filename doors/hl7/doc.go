// Package hl7 is the door through which laboratory systems and hospital systems speak HL7 version 2.
//
// It knows three things. How a message is written: [Parse] finds the segments and fields of any version, with any
// delimiters, line ends and character set, keeps the bytes as they came, and never refuses a message for one bad field;
// [Message.Patients] puts the segments into the groups that a result needs. How a message is answered: [Answers] says
// which acknowledgements the sender asked for, and [Ack] writes one. How messages travel: [Reader] takes MLLP frames out
// of a stream, [Server] answers them in order on many connections, and [Client] sends them.
//
// A sender's mistakes are reported, not repaired in silence: a Message carries its [Doubt]s, a group keeps the lines that
// are no segments beside the segment that they follow, and a stream's bytes outside frames are counted, and handed on
// where they might have been a message.
//
// Messages, segments and fields are read-only and safe for concurrent use, as are Server and Client; a Reader belongs to
// one goroutine. No error of this package contains anything that stood in a message.
//
// Sources: HL7 v2.5.1 chapter 2 (§2.5 delimiters, §2.7 escapes, §2.9 acknowledgements, §2.10.3 batches), chapter 7
// (ORU, OUL), and the MLLP release 1 transport specification.
package hl7
