package adotest

import (
	"net/http"
	"strconv"
	"time"
)

// ServerError is 500 with a JSON body.
func ServerError() Fault {
	return asCaller("server error", func(*exchange) answer {
		return vss(http.StatusInternalServerError, "VssServiceException", "TF400898: An Internal Error Occurred. Activity Id: "+randomGUID()+".")
	})
}

// Unavailable is 503 with an HTML body; Retry-After is left out when 0.
func Unavailable(retryAfter time.Duration) Fault {
	return fixed("unavailable", func(*exchange) answer {
		a := htmlAnswer(http.StatusServiceUnavailable, "<html><head><title>Service Unavailable</title></head></html>")
		if retryAfter > 0 {
			a = a.with("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		}
		return a
	})
}

// Dropped closes the connection without an answer.
func Dropped() Fault { return fixed("dropped", func(*exchange) answer { return answer{} }) }

// Hang answers nothing until the client gives up.
func Hang() Fault {
	return fixed("hang", func(x *exchange) answer {
		<-x.r.Context().Done()
		return answer{}
	})
}

// Slow gives the real answer after a wait, or nothing if the client is gone.
func Slow(wait time.Duration) Fault {
	return Fault{"slow", func(_ *Cloud, x *exchange, next func() answer) answer {
		if !x.wait(wait) {
			return answer{}
		}
		return next()
	}}
}

// Held gives the real answer once release is closed; for tests that must look
// while a request is under way. Each one that waits is told on held, which must have
// room for it.
func Held(held chan<- struct{}, release <-chan struct{}) Fault {
	return Fault{"held", func(_ *Cloud, x *exchange, next func() answer) answer {
		held <- struct{}{}
		select {
		case <-release:
			return next()
		case <-x.r.Context().Done():
			return answer{}
		}
	}}
}

// HTML is 200 with a page, as proxies and maintenance windows send it.
func HTML() Fault {
	return fixed("html", func(*exchange) answer {
		return htmlAnswer(http.StatusOK, "<!DOCTYPE html><html><head><title>Azure DevOps</title></head><body>We will be right back.</body></html>")
	})
}

// Truncated is the real answer cut in half, with a Content-Length that fits the
// half: only the JSON decoder can notice.
func Truncated() Fault {
	return Fault{"truncated", func(_ *Cloud, _ *exchange, next func() answer) answer {
		a := next()
		a.body = a.body[:len(a.body)/2]
		return a
	}}
}

// SlowBody sends the headers and half of the real body at once, and the rest
// after the wait.
func SlowBody(wait time.Duration) Fault {
	return Fault{"slow body", func(_ *Cloud, _ *exchange, next func() answer) answer {
		a := next()
		a.pause = wait
		return a
	}}
}

// CutOff promises the whole body by Content-Length and closes the connection in
// the middle of it.
func CutOff() Fault {
	return Fault{"cut off", func(_ *Cloud, _ *exchange, next func() answer) answer {
		a := next()
		a.cut = true
		return a
	}}
}

// Gateway is a page of a proxy in front of the service, for 502 and 504.
func Gateway(status int) Fault {
	return fixed("gateway", func(*exchange) answer {
		return htmlAnswer(status, "<html><head><title>"+http.StatusText(status)+"</title></head></html>")
	})
}

// Skewed is the real answer with a Date header that is off by d.
func Skewed(d time.Duration) Fault {
	return Fault{"skewed", func(c *Cloud, _ *exchange, next func() answer) answer {
		return next().with("Date", c.now().Add(d).UTC().Format(http.TimeFormat))
	}}
}

// Marked is the real answer with a byte order mark in front, which Azure DevOps
// may send on any JSON body.
func Marked() Fault {
	return Fault{"byte order mark", func(_ *Cloud, _ *exchange, next func() answer) answer {
		a := next()
		a.body = append([]byte(bom), a.body...)
		return a
	}}
}
