package adosource_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/adosource"
	"okrbot/okr/okrtest"
)

// filePassword protects the keys in testdata/keys, which openssl wrote.
const filePassword = "correct"

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// keyFile is a key of testdata, and the same one read.
func keyFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "keys", name+".pem"))
	require.NoError(t, err)
	return string(raw)
}

func plainKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode([]byte(keyFile(t, "plain")))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	return key.(*rsa.PrivateKey)
}

// certOver makes a certificate over a key, good for a year around the world's time.
func certOver(t *testing.T, w *okrtest.World, public, private any) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: w.Now().AddDate(0, -1, 0), NotAfter: w.Now().AddDate(0, 11, 0)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return cert
}

// TestEveryFormOfACertificateIsRead: PEM and PFX, each with what protects it.
func TestEveryFormOfACertificateIsRead(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	key := plainKey(t)
	cert := certOver(t, w, &key.PublicKey, key)
	text := pemOf("CERTIFICATE", cert.Raw)
	type form struct{ raw, password string }
	forms := map[string]form{
		"key first":         {keyFile(t, "plain") + text, ""},
		"PKCS #1":           {text + pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), ""},
		"with attributes":   {"Bag Attributes\n    localKeyID: 01\n" + text + "\nKey Attributes: <No Attributes>\n" + keyFile(t, "plain"), ""},
		"from Windows":      {"\xef\xbb\xbf" + strings.ReplaceAll(text+keyFile(t, "plain"), "\n", "\r\n"), ""},
		"password for none": {text + keyFile(t, "plain"), "unused"},
		"with its issuer":   {pemOf("CERTIFICATE", certOver(t, w, &okrtest.SigningKey().PublicKey, okrtest.SigningKey()).Raw) + text + keyFile(t, "plain"), ""},
	}
	for _, name := range []string{"pkcs8-aes-128-cbc", "pkcs8-aes-192-cbc", "pkcs8-aes-256-cbc", "pkcs8-des3", "pkcs8-sha1", "pkcs8-sha512", "old-aes256", "old-des3"} {
		forms[name] = form{text + keyFile(t, name), filePassword}
	}
	for name, encoder := range map[string]*pkcs12.Encoder{
		"PFX, RC2": pkcs12.LegacyRC2, "PFX, 3DES": pkcs12.LegacyDES, "PFX, AES": pkcs12.Modern2023, "PFX, 2026": pkcs12.Modern2026, "PFX, open": pkcs12.Passwordless,
	} {
		password := filePassword
		if encoder == pkcs12.Passwordless {
			password = ""
		}
		raw, err := encoder.Encode(key, cert, []*x509.Certificate{certOver(t, w, &okrtest.SigningKey().PublicKey, okrtest.SigningKey())}, password)
		require.NoError(t, err)
		forms[name] = form{string(raw), password}
		forms[name+" of a vault"] = form{base64.StdEncoding.EncodeToString(raw) + "\n", password}
	}
	for _, rounds := range []int{0x809, 0x80a, 0x80d, 0x820} { // the number ends the file, with the byte of a space
		raw, err := pkcs12.Modern2023.WithIterations(rounds).Encode(key, cert, nil, filePassword)
		require.NoError(t, err)
		require.NotEqual(t, raw, bytes.TrimSpace(raw))
		forms[fmt.Sprintf("PFX, %d rounds", rounds)] = form{string(raw), filePassword}
	}
	c := w.ReaderBy(okr.BySecret)
	c.Application.Kind = okr.ByCertificate
	w.Cloud.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) { p.Certificates = []*x509.Certificate{cert} })
	for name, f := range forms {
		read, err := w.Source.ReadCertificate(okr.Secret(f.raw), okr.Secret(f.password))
		require.NoError(t, err, name)
		require.Equal(t, cert.NotAfter, read.Ends)
		require.Len(t, read.Thumbprint, 40)
		require.Equal(t, strings.ToUpper(read.Thumbprint), read.Thumbprint)
		proved := c
		proved.Application = &okr.Application{Name: c.Application.Name, Kind: okr.ByCertificate, Proof: read.PEM, Thumbprint: read.Thumbprint, Ends: read.Ends}
		_, err = w.Source.Prove(t.Context(), proved)
		require.NoError(t, err, "%s: Microsoft Entra takes it", name)
		again, err := w.Source.ReadCertificate(read.PEM, "")
		require.NoError(t, err, "what was read can be read again")
		require.Equal(t, read, again)
	}
}

// TestWhatIsNoCertificateHasItsWords, at the field where it is.
func TestWhatIsNoCertificateHasItsWords(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	key := plainKey(t)
	cert := certOver(t, w, &key.PublicKey, key)
	text := pemOf("CERTIFICATE", cert.Raw)
	elliptic, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ec, err := x509.MarshalPKCS8PrivateKey(elliptic)
	require.NoError(t, err)
	short, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // it is refused
	require.NoError(t, err)
	pfx, err := pkcs12.Modern2023.Encode(key, cert, nil, filePassword)
	require.NoError(t, err)
	slow := saysRounds(t, key, cert, 2_000_001)
	dated := func(from, until time.Time) string {
		_, proof := w.Certificate(from, until)
		return proof.Reveal()
	}
	for name, c := range map[string]struct{ raw, password, field, words string }{
		"nothing":           {"", "", "certificate", "Choose a PFX or PEM file"},
		"blanks":            {" \n\t", "", "certificate", "Choose a PFX or PEM file"},
		"too large":         {strings.Repeat("x", 300<<10), "", "certificate", "too large"},
		"a sentence":        {"here it is", "", "certificate", "no certificate in PFX or PEM"},
		"a public part":     {text, "", "certificate", "no private key"},
		"the same, binary":  {string(cert.Raw), "", "certificate", "no private key"},
		"the same, base64":  {base64.StdEncoding.EncodeToString(cert.Raw), "", "certificate", "no private key"},
		"a key alone":       {keyFile(t, "plain"), "", "certificate", "no certificate"},
		"another's key":     {text + pemOf("PRIVATE KEY", pkcs8(t, okrtest.SigningKey())), "", "certificate", "doesn't belong"},
		"two keys":          {text + keyFile(t, "plain") + keyFile(t, "plain"), "", "certificate", "2 private keys"},
		"elliptic":          {pemOf("CERTIFICATE", certOver(t, w, &elliptic.PublicKey, elliptic).Raw) + pemOf("PRIVATE KEY", ec), "", "certificate", "RSA keys only"},
		"short":             {pemOf("CERTIFICATE", certOver(t, w, &short.PublicKey, short).Raw) + pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(short)), "", "certificate", "1024 bits"},
		"expired":           {dated(w.Now().AddDate(-2, 0, 0), w.Now().AddDate(0, 0, -1)), "", "certificate", "expired on 1 Feb 2026"},
		"not yet":           {dated(w.Now().AddDate(0, 0, 1), w.Now().AddDate(1, 0, 0)), "", "certificate", "valid from 3 Feb 2026"},
		"damaged":           {strings.Replace(text, "MII", "AII", 1) + keyFile(t, "plain"), "", "certificate", "damaged"},
		"damaged key":       {text + pemOf("PRIVATE KEY", []byte("no key")), "", "certificate", "damaged"},
		"cut":               {text[:100], "", "certificate", "whole, from BEGIN to END"},
		"something else":    {pemOf("PUBLIC KEY", []byte("x")), "", "certificate", "no certificate"},
		"no password":       {text + keyFile(t, "pkcs8-aes-256-cbc"), "", "password", "Enter its password"},
		"wrong password":    {text + keyFile(t, "pkcs8-aes-256-cbc"), "wrong", "password", "isn't the password"},
		"old, none":         {text + keyFile(t, "old-aes256"), "", "password", "Enter its password"},
		"old, wrong":        {text + keyFile(t, "old-aes256"), "wrong", "password", "isn't the password"},
		"PFX, none":         {string(pfx), "", "password", "Enter its password"},
		"PFX, wrong":        {string(pfx), "wrong", "password", "isn't the password"},
		"PFX, cut":          {string(pfx[:len(pfx)/2]), filePassword, "certificate", "no certificate in PFX or PEM"},
		"PFX, slow":         {slow, "x", "certificate", "hashed more often"},
		"protected oddly":   {text + keyFile(t, "pkcs8-scrypt"), filePassword, "certificate", "can't open the way"},
		"protected of old":  {text + keyFile(t, "pkcs8-v1"), filePassword, "certificate", "can't open the way"},
		"protected nothing": {text + pemOf("ENCRYPTED PRIVATE KEY", []byte("x")), filePassword, "certificate", "can't open the way"},
	} {
		_, err := w.Source.ReadCertificate(okr.Secret(c.raw), okr.Secret(c.password))
		w.RequireRefused(okr.Invalid, err, c.words)
		require.Equal(t, c.field, okr.FieldOf(err), name)
		require.NotContains(t, err.Error(), "PRIVATE KEY-----")
		if c.password != "" {
			require.NotContains(t, err.Error(), " "+c.password)
		}
	}
}

// saysRounds is a PFX file that says how often its password is hashed, in three bytes. It was hashed less often: to do so
// what the file says takes seconds, which is why it is refused.
func saysRounds(t *testing.T, key *rsa.PrivateKey, cert *x509.Certificate, rounds int) string {
	t.Helper()
	const few = 0x8001 // the least that has three bytes, but for one
	raw, err := pkcs12.Modern2023.WithIterations(few).Encode(key, cert, nil, "x")
	require.NoError(t, err)
	was, says := number(t, few), number(t, rounds)
	require.Len(t, says, len(was))
	require.Contains(t, string(raw), was)
	return strings.ReplaceAll(string(raw), was, says)
}

// number is one as files have it.
func number(t *testing.T, n int) string {
	t.Helper()
	der, err := asn1.Marshal(n)
	require.NoError(t, err)
	return string(der)
}

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return der
}

// FuzzReadCertificate: no bytes make it panic, or say what is secret.
func FuzzReadCertificate(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("testdata", "keys", "*.pem"))
	require.NoError(f, err)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(raw, filePassword)
		block, _ := pem.Decode(raw)
		f.Add(block.Bytes, "")
	}
	f.Add([]byte("MIIB"), "x")
	source := adosource.New(adosource.Options{Now: time.Now})
	f.Fuzz(func(t *testing.T, raw []byte, password string) {
		read, err := source.ReadCertificate(okr.Secret(raw), okr.Secret(password))
		if err == nil {
			require.NotEmpty(t, read.PEM.Reveal())
			return
		}
		require.Equal(t, okr.Invalid, okr.KindOf(err))
		require.True(t, slices.Contains([]string{"certificate", "password"}, okr.FieldOf(err)))
	})
}
