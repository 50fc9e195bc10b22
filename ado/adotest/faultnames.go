package adotest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// namedFault is a fault for those who can only write its name.
type namedFault struct {
	name, arg, about string // arg is its default, empty if it takes none
	build            func(arg string) (Fault, error)
}

// FaultHelp is a line of help about a fault that [NamedFault] makes.
type FaultHelp struct{ Name, Default, About string }

// FaultNames lists what [NamedFault] understands.
func FaultNames() []FaultHelp {
	var out []FaultHelp
	for _, f := range namedFaults() {
		out = append(out, FaultHelp{f.name, f.arg, f.about})
	}
	return out
}

// NamedFault makes a fault by name. The argument is a duration, a status or a
// value, as the default in [FaultNames] shows; empty means that default.
func NamedFault(name, arg string) (Fault, error) {
	for _, f := range namedFaults() {
		if f.name != name {
			continue
		}
		if f.arg == "" && arg != "" {
			return Fault{}, fmt.Errorf("fault %q takes no argument", name)
		}
		made, err := f.build(cmp.Or(arg, f.arg))
		if err != nil {
			return Fault{}, fmt.Errorf("argument of fault %q: %w", name, err)
		}
		return made, nil
	}
	return Fault{}, fmt.Errorf("unknown fault %q", name)
}

func plainFault(name, about string, build func() Fault) namedFault {
	return namedFault{name, "", about, func(string) (Fault, error) { return build(), nil }}
}

func timedFault(name, arg, about string, build func(time.Duration) Fault) namedFault {
	return namedFault{name, arg, about, func(arg string) (Fault, error) {
		d, err := time.ParseDuration(arg)
		return build(d), err
	}}
}

func statusFault(name, arg, about string, build func(status int) Fault) namedFault {
	return namedFault{name, arg, about, func(arg string) (Fault, error) {
		status, err := strconv.Atoi(arg)
		if err == nil && (status < 200 || status > 599) {
			err = fmt.Errorf("status %d", status)
		}
		return build(status), err
	}}
}

func namedFaults() []namedFault {
	var all []namedFault
	for _, part := range [][]namedFault{signInFaults(), queryFaults(), loadFaults(), bodyFaults(), tokenFaults()} {
		all = append(all, part...)
	}
	return all
}

func signInFaults() []namedFault {
	return []namedFault{
		plainFault("expired-token", "203 sign-in page, 401 with X-TFS-FedAuthRedirect: Suppress", ExpiredToken),
		plainFault("sign-in-page", "203 sign-in page, always", SignInPage),
		plainFault("sign-in-redirect", "302 to the sign-in page", SignInRedirect),
		plainFault("bearer-refused", "401 InvalidIdentityException", BearerRefused),
		plainFault("basic-refused", "401 without a body", BasicRefused),
		plainFault("claims-challenge", "401 insufficient_claims", ClaimsChallenge),
		plainFault("policy-refused", "401 page, the reason in X-TFS-ServiceError", PolicyRefused),
		plainFault("no-access", "401 of a good token of somebody who is not in the organization", NoAccess),
		plainFault("not-added", "401 TF401444 of an application that is not in the organization", NotAdded),
		plainFault("forbidden", "403", Forbidden),
		plainFault("conditional-access", "403 VS403463 as JSON", ConditionalAccess),
		plainFault("conditional-access-page", "403 VS403463 as a page", ConditionalAccessPage),
	}
}

func queryFaults() []namedFault {
	return []namedFault{
		plainFault("not-found", "404 TF401243, a query", NotFound),
		plainFault("project-gone", "404 TF200016, a project by name", ProjectGone),
		statusFault("project-hidden", "404", "VS800075, a project by id", ProjectHidden),
		plainFault("item-gone", "404 TF401232", ItemGone),
		plainFault("not-found-page", "404 page", NotFoundPage),
		plainFault("team-gone", "500 TeamNotFoundException", TeamGone),
		plainFault("malformed-team", "500 VssPropertyValidationException, without a code", MalformedTeam),
		plainFault("needs-team", "500 VS402612", NeedsTeam),
		plainFault("broken-query", "400 TF51005", BrokenQuery),
		plainFault("improper", "400 in the shape of request validation", Improper),
		plainFault("too-many", "400 VS402337, over 20,000 results", TooMany),
		statusFault("query-timeout", "400", "VS402335", QueryTimeout),
		statusFault("too-many-at-once", "400", "VS402490", TooManyAtOnce),
		statusFault("query-server-busy", "400", "VS402491", QueryServerBusy),
	}
}

func loadFaults() []namedFault {
	return []namedFault{
		timedFault("throttled", "7s", "429 as JSON with Retry-After, 0s without", Throttled),
		timedFault("throttled-text", "7s", "429 as text with Retry-After, 0s without", ThrottledText),
		timedFault("delayed", "7s", "the answer at once, with Retry-After and X-RateLimit headers", Delayed),
		timedFault("held-back", "2s", "the answer after a wait, with X-RateLimit-Delay and Retry-After: 1", func(d time.Duration) Fault {
			return HeldBack(d, time.Second)
		}),
		timedFault("unavailable", "0s", "503 page with Retry-After, 0s without", Unavailable),
		statusFault("gateway", "502", "page of a proxy", Gateway),
		plainFault("server-error", "500", ServerError),
		statusFault("status", "418", "empty answer of any status", func(status int) Fault { return Custom(status, nil, "") }),
	}
}

func bodyFaults() []namedFault {
	return []namedFault{
		timedFault("slow", "2s", "the answer after a wait", Slow),
		timedFault("slow-body", "2s", "half of the body at once, the rest after a wait", SlowBody),
		timedFault("skewed", "-10m", "a Date header that is off", Skewed),
		plainFault("hang", "nothing until the client gives up", Hang),
		plainFault("dropped", "the connection closes without an answer", Dropped),
		plainFault("cut-off", "the connection closes in the middle of the body", CutOff),
		plainFault("truncated", "half of the body as a whole answer", Truncated),
		plainFault("marked", "the answer with a byte order mark", Marked),
		plainFault("html", "200 with a page", HTML),
	}
}

func tokenFaults() []namedFault {
	return []namedFault{
		{"expires-in", "0", "a token reply with this JSON value as expires_in; null leaves it out", func(arg string) (Fault, error) {
			var v any
			err := json.Unmarshal([]byte(arg), &v)
			return ExpiresIn(v), err
		}},
		{"without", "refresh_token", "the answer lacks this property", func(arg string) (Fault, error) { return Without(arg), nil }},
		plainFault("entra-unavailable", "503 of the token endpoint", func() Fault {
			return Custom(http.StatusServiceUnavailable, http.Header{"Content-Type": {"application/json; charset=utf-8"}},
				`{"error":"temporarily_unavailable","error_description":"AADSTS90033: A transient error has occurred. Please try again.","error_codes":[90033]}`)
		}),
	}
}
