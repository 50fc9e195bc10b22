package ado

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// budgetWindow is the sliding time over which an identity's use is counted (page "Rate and usage limits").
	budgetWindow = 5 * time.Minute
	// calm is the part of the budget below which requests are spread out: the person whose token is used works with the
	// rest in the browser.
	calm = 0.25
	// maxPace bounds the pause between two requests, so that somebody who waits for an answer still gets one.
	maxPace = 10 * time.Second
)

// pace gives the pause before the identity's next request: none while a quarter of its budget is left, then growing to
// the time until the budget is counted anew, divided by what is left of it. The units are the service's own and cannot be
// foretold for a request; one a request is assumed.
func pace(h http.Header, now time.Time) time.Duration {
	limit, ok := number(h, "X-RateLimit-Limit")
	left, known := number(h, "X-RateLimit-Remaining")
	if !ok || !known || limit <= 0 || left >= calm*limit {
		return 0
	}
	until := budgetWindow
	if reset, ok := number(h, "X-RateLimit-Reset"); ok {
		until = min(max(0, time.Unix(int64(reset), 0).Sub(now)), budgetWindow)
	}
	shortage := 1 - max(0, left)/(calm*limit)
	return min(time.Duration(shortage*float64(until)/max(1, left)), maxPace)
}

func number(h http.Header, name string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(h.Get(name)), 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}
