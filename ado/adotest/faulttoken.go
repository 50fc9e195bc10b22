package adotest

import (
	"encoding/json"
	"net/http"
)

// Reply is the real answer with its JSON object changed. It is for [OpToken] in
// the first place: the clocks of Entra and of the client may differ, and a proxy
// may garble what it passes on. Answers that are no JSON object, or refusals,
// stay as they are.
func Reply(change func(body map[string]any)) Fault {
	return Fault{"reply", func(_ *Cloud, _ *exchange, next func() answer) answer {
		a := next()
		var body map[string]any
		if a.status != http.StatusOK || json.Unmarshal(a.body, &body) != nil {
			return a
		}
		change(body)
		changed, err := json.Marshal(body)
		if err == nil {
			a.body = changed
		}
		return a
	}}
}

// ExpiresIn is a token reply with another expires_in: 0, negative, absurdly
// large, a text in place of a number. Nil leaves it out.
func ExpiresIn(v any) Fault {
	f := Reply(func(body map[string]any) {
		delete(body, "ext_expires_in")
		delete(body, "expires_in")
		if v != nil {
			body["expires_in"] = v
		}
	})
	f.Name = "expires in"
	return f
}

// Without is the real answer that lacks a property, such as refresh_token.
func Without(property string) Fault {
	f := Reply(func(body map[string]any) { delete(body, property) })
	f.Name = "without"
	return f
}

// ClaimsChallenge is the 401 of continuous access evaluation (Microsoft Learn,
// "Claims challenges, claims requests and client capabilities"). A client that
// does not advertise cp1 can only sign in again.
func ClaimsChallenge() Fault {
	return fixed("claims challenge", func(*exchange) answer {
		return bearerRefused().with("WWW-Authenticate",
			`Bearer authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="`)
	})
}

// PolicyRefused is the 401 page of an organization's policy, whose reason stands
// in a header only.
func PolicyRefused() Fault {
	return fixed("policy refused", func(*exchange) answer {
		return htmlAnswer(http.StatusUnauthorized, "<html><head><title>Access Denied</title></head></html>").
			serviceError("TF400813: The organization's policy does not allow this kind of credential.")
	})
}
