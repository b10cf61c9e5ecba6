package e2e_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
)

func TestPowerLossWhileALaboratoryIsMadeLeavesOneThatStarts(t *testing.T) {
	const seed = 41
	r := rand.New(rand.NewPCG(seed, seed))
	for round := range need.Count(5, 500) {
		disk, mounted := faultyDisk(t)
		dir := mounted + "/data"
		cutAfter(disk, r.IntN(120))
		n, _ := tryStart(t, serving(dir)...) // it ends without power, or is killed when it is ready
		n.kill()
		lost := lose(t, disk, r)
		n, err := tryStart(t, serving(dir)...)
		if err != nil {
			t.Fatalf("round %d of seed %d, after %+v: %v", round, seed, lost, err)
		}
		furnish(t, n, 600)
		mustSend(t, n.MLLP, potassium("P0001"))
		n.kill()
		verified(t, "--data", dir)
		if err := disk.Unmount(); err != nil {
			t.Fatal(err)
		}
	}
}
