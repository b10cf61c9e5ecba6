package audit

import "database/sql"

// Percentiles is what count makes of spans.
var Percentiles = percentiles

// Guarded is a cell as CSV writes it.
var Guarded = guarded

// Repack writes each row's packed value from its columns.
func Repack(db *sql.DB) error {
	rs, err := db.Query(`SELECT ` + callColumns + ` FROM call`)
	if err != nil {
		return err
	}
	defer rs.Close()
	packed := map[int64][]byte{}
	for rs.Next() {
		var c call
		var analytes string
		if err := rs.Scan(c.scanned(&analytes)...); err != nil {
			return err
		}
		c.analytes = list(analytes)
		packed[c.seq] = c.pack()
	}
	if err := rs.Err(); err != nil {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for seq, b := range packed {
		if _, err := tx.Exec(`UPDATE call SET packed = ? WHERE seq = ?`, b, seq); err != nil {
			return err
		}
	}
	return tx.Commit()
}
