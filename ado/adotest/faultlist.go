package adotest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Fault is what happens to a request instead of, or around, its real answer.
// The zero value passes the request on.
type Fault struct {
	Name string // for logs and table tests
	do   func(c *Cloud, x *exchange, next func() answer) answer
}

func (f Fault) serve(c *Cloud, x *exchange, next func() answer) answer {
	if f.do == nil {
		return next()
	}
	return f.do(c, x, next)
}

func fixed(name string, a func(x *exchange) answer) Fault {
	return Fault{name, func(_ *Cloud, x *exchange, _ func() answer) answer { return a(x) }}
}

// asCaller adds the header that says "authenticated, but not allowed".
func asCaller(name string, a func(x *exchange) answer) Fault {
	return Fault{name, func(c *Cloud, x *exchange, _ func() answer) answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.findViewer(x)
		return c.asCaller(x, a(x))
	}}
}

func (c *Cloud) findViewer(x *exchange) {
	if x.session != nil {
		x.viewer = c.user(x.session.oid)
	}
}

func (c *Cloud) asCaller(x *exchange, a answer) answer {
	if c.findViewer(x); x.viewer == nil {
		return a
	}
	return a.userData(x)
}

// Custom answers with the given status, headers and body.
func Custom(status int, header http.Header, body string) Fault {
	return fixed("custom", func(*exchange) answer {
		return answer{status: status, header: header.Clone(), body: []byte(body)}
	})
}

// ExpiredToken refuses the token as an expired one: 203 and a sign-in page, or
// 401 when the request carries X-TFS-FedAuthRedirect: Suppress.
func ExpiredToken() Fault {
	return fixed("expired token", func(x *exchange) answer {
		if x.suppressed() {
			return bearerRefused()
		}
		return signInPage()
	})
}

// SignInPage is 203 HTML whatever the request asks for; some resources do that.
func SignInPage() Fault { return fixed("sign-in page", func(*exchange) answer { return signInPage() }) }

// SignInRedirect is the 302 to the sign-in page.
func SignInRedirect() Fault {
	return fixed("sign-in redirect", func(x *exchange) answer {
		return htmlAnswer(http.StatusFound, "<html><head><title>Object moved</title></head></html>").with("Location", x.base+"/ado/_signin")
	})
}

// BearerRefused is 401 InvalidIdentityException with a byte order mark.
func BearerRefused() Fault {
	return fixed("bearer refused", func(*exchange) answer { return bearerRefused() })
}

// NoAccess is 401 UnauthorizedRequestException: a good token of somebody who is
// not in the organization.
func NoAccess() Fault {
	return asCaller("no access", func(x *exchange) answer {
		if x.viewer == nil {
			return notAMember(guidOf("nobody"))
		}
		return notAMember(x.viewer.ID())
	})
}

// NotAdded is 401 TF401444: a good token of a service principal that is not in the
// organization.
func NotAdded() Fault {
	return asCaller("not added", func(x *exchange) answer {
		if x.viewer == nil {
			return notAdded(&User{OID: guidOf("nobody"), Tenant: guidOf("nowhere")})
		}
		return notAdded(x.viewer)
	})
}

// Forbidden is 403 with a JSON body: authenticated, but lacking a permission.
func Forbidden() Fault {
	return asCaller("forbidden", func(*exchange) answer {
		return vss(http.StatusForbidden, "AccessCheckException", "TF401027: You need the View work items permission to perform this action.")
	})
}

const conditionalAccess = "VS403463: The conditional access policy defined by your Microsoft Entra administrator has failed."

// ConditionalAccess is 403 VS403463 as JSON.
func ConditionalAccess() Fault {
	return fixed("conditional access", func(*exchange) answer {
		return vss(http.StatusForbidden, "VssServiceException", conditionalAccess)
	})
}

// ConditionalAccessPage is 403 VS403463 as an HTML page's title.
func ConditionalAccessPage() Fault {
	return fixed("conditional access page", func(*exchange) answer {
		return htmlAnswer(http.StatusForbidden, "<!DOCTYPE html><html><head><title>"+conditionalAccess+"</title></head><body></body></html>")
	})
}

// BasicRefused is the bare 401 of a Basic credential.
func BasicRefused() Fault {
	return fixed("basic refused", func(*exchange) answer { return basicRefused() })
}

const blocked = "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource WorkItemTrackingResource in namespace User."

// Throttled is 429 as JSON with Retry-After in whole seconds; 0 leaves the
// header out.
func Throttled(retryAfter time.Duration) Fault {
	return Fault{"throttled", func(c *Cloud, _ *exchange, _ func() answer) answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.coded(http.StatusTooManyRequests, "RequestBlockedException", blocked).limits(c.now(), retryAfter, 1250*time.Millisecond)
	}}
}

// ThrottledText is Throttled with a plain text body.
func ThrottledText(retryAfter time.Duration) Fault {
	return Fault{"throttled text", func(c *Cloud, _ *exchange, _ func() answer) answer {
		a := answer{status: http.StatusTooManyRequests, body: []byte(blocked)}
		return a.with("Content-Type", "text/plain").limits(c.now(), retryAfter, 1250*time.Millisecond)
	}}
}

// Delayed is the real answer with the headers of a delayed request: a 200 may
// carry Retry-After. It comes at once; see HeldBack.
func Delayed(retryAfter time.Duration) Fault {
	return Fault{"delayed", func(c *Cloud, _ *exchange, next func() answer) answer {
		return next().limits(c.now(), retryAfter, 1250*time.Millisecond)
	}}
}

// HeldBack is Delayed with a real wait, whose length X-RateLimit-Delay tells. A
// caller that gives up earlier gets nothing.
func HeldBack(wait, retryAfter time.Duration) Fault {
	return Fault{"held back", func(c *Cloud, x *exchange, next func() answer) answer {
		if !x.wait(wait) {
			return answer{}
		}
		return next().limits(c.now(), retryAfter, wait)
	}}
}

// limits adds Retry-After and the rate limit headers (Microsoft Learn, "Rate
// and usage limits").
func (a answer) limits(now time.Time, retryAfter, delay time.Duration) answer {
	if retryAfter > 0 {
		a = a.with("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	}
	return a.with("X-RateLimit-Resource", "WorkItemTrackingResource").
		with("X-RateLimit-Delay", fmt.Sprintf("%.3f", delay.Seconds())).
		with("X-RateLimit-Limit", "200").with("X-RateLimit-Remaining", "0").
		with("X-RateLimit-Reset", strconv.FormatInt(now.Add(retryAfter).Unix(), 10))
}
