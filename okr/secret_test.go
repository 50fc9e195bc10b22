package okr_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const content = "hunter2-refresh-token"
	c := okr.Credential{ID: "id", AccessToken: content, RefreshToken: content}
	a := okr.Application{Name: "okr-reader", Proof: content}
	in := okr.ApplicationInput{Name: "okr-reader", Secret: content, Certificate: content, Password: content}
	secret := okr.Secret(content)
	require.Equal(t, content, secret.Reveal())
	for _, value := range []any{secret, &secret, c, &c, a, &a, in, okr.CertificateProof{PEM: content}, []okr.Secret{secret}, map[string]okr.Secret{"k": secret}, struct{ S okr.Secret }{secret}, fmt.Errorf("refresh: %v", secret)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			text := fmt.Sprintf(verb, value)
			require.NotContains(t, text, content, verb)
			require.NotContains(t, text, fmt.Sprintf("%x", content), verb)
			require.NotContains(t, text, fmt.Sprintf("%X", content), verb)
		}
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		require.NotContains(t, string(raw), content)
		for _, h := range []func(*bytes.Buffer) slog.Handler{
			func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var out bytes.Buffer
			slog.New(h(&out)).Info("m", "value", value, "again", value)
			require.NotContains(t, out.String(), content)
		}
	}
}
