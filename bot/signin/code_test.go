package signin_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/signin"
)

func TestIsCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"089435": true, "089 435": true, "089-435": true, "08 94 35": true, "089435.": true, " 089435 ": true, "code 089435": true,
		"Code: 089 435.": true, "CODE089435": true, "“089435”": true, "089435!": true,
		"": false, "08943": false, "0894355": false, "089435 please": false, "my code 089435": false, "KR089435": false,
		"089,435": false, "０８９４３５": false, "code": false, "check-in 089435": false,
	} {
		require.Equal(t, want, signin.IsCode(text), text)
	}
}
