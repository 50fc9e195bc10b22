package teams

import (
	"time"
)

// MaxPaced is how many conversations are paced at once at most.
const MaxPaced = maxPaced

// Pacer shows the pacer of conversations to its test.
type Pacer struct{ pacer *pacer }

// NewPacer makes a pacer.
func NewPacer(perSecond float64, burst int, now func() time.Time) Pacer {
	return Pacer{newPacer(perSecond, burst, now)}
}

// Wait takes a place and tells how long to wait for it.
func (p Pacer) Wait(key string) time.Duration {
	wait, _ := p.pacer.reserve(key)
	return wait
}

// Len is how many keys are remembered.
func (p Pacer) Len() int { return len(p.pacer.lanes) }
