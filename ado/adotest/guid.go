package adotest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

var guidShape = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func isGUID(s string) bool { return guidShape.MatchString(s) }

// guidOf derives a stable GUID from parts, so that a world has the same ids in
// every run and links survive a restart of the demo.
func guidOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(parts, "\x00"))))
	return formatGUID(sum[:16])
}

func randomGUID() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // never fails, see crypto/rand.Read
	return formatGUID(b[:])
}

func formatGUID(b []byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// randomText is an opaque secret of 256 random bits with a readable prefix.
func randomText(prefix string) string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // never fails, see crypto/rand.Read
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}
