package ado

import (
	"bytes"
	"errors"
	"net/url"
	"regexp"
	"strings"
)

const redacted = "[redacted]"

// Signs of a credential that is not the one that was sent: an earlier token, or one that a proxy put in. The words
// "Bearer authorization" and "Basic authentication" are no credentials.
var (
	schemeSecret = regexp.MustCompile(`(?i)\b(bearer|basic)(\s+|%20|\+)[A-Za-z0-9._~+/=%-]{16,}`)
	namedSecret  = regexp.MustCompile(`(?i)\b(client_secret|client_assertion|assertion|refresh_token|access_token|id_token|code_verifier|` +
		`password|UserAuthentication|HostAuthentication|AadAuthentication|FedAuth1?|VstsSession|ESTSAUTH[A-Z]*)` +
		`((?:["']|&quot;)?\s*[=:]\s*(?:["']|&quot;)?)[^\s"'&;,<>]+`)
	webToken = regexp.MustCompile(`\beyJ[\w-]{10,}(?:\.[\w-]*){0,4}`)
)

// hide takes credentials out of foreign text: the token that was sent, which a proxy, a transport or the service may
// echo, and what looks like another one. It comes before any cut, since half a token would not be found.
func hide(text, token string) string {
	if text == "" {
		return ""
	}
	if token != "" {
		for _, form := range []string{token, url.QueryEscape(token), url.PathEscape(token)} {
			text = strings.ReplaceAll(text, form, redacted)
		}
	}
	text = schemeSecret.ReplaceAllString(text, "$1 "+redacted)
	text = namedSecret.ReplaceAllString(text, "${1}${2}"+redacted)
	return webToken.ReplaceAllString(text, redacted)
}

// hideCause keeps the error itself, for errors.Is, unless its text would tell a secret.
func hideCause(err error, token string) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); hide(text, token) != text {
		return errors.New(hide(text, token))
	}
	return err
}

// whole bounds a body that explains a failure. When it was cut, its last word goes, too: it may be half a token.
func whole(body []byte) []byte {
	if len(body) < maxErrorBody {
		return body
	}
	body = body[:maxErrorBody]
	return body[:bytes.LastIndexAny(body, " \t\r\n")+1]
}
