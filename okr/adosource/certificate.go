package adosource

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the thumbprint that the Entra portal shows
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"slices"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"okrbot/okr"
)

const (
	// maxCertificate bounds a file with a certificate, in bytes.
	maxCertificate = 256 << 10
	// minKeyBits is the shortest RSA key that is taken: what Microsoft Entra and everybody
	// else calls too short is below.
	minKeyBits = 2048

	fieldCertificate = "certificate"
	fieldPassword    = "password"

	dateOf = "2 Jan 2006"
)

// bundle is what a file held.
type bundle struct {
	keys  []crypto.PrivateKey
	certs []*x509.Certificate
}

// ReadCertificate implements [okr.Prover].
func (s *Source) ReadCertificate(raw, password okr.Secret) (okr.CertificateProof, error) {
	found, err := readBundle([]byte(raw.Reveal()), password.Reveal())
	if err != nil {
		return okr.CertificateProof{}, err
	}
	key, cert, err := found.pair()
	if err != nil {
		return okr.CertificateProof{}, err
	}
	now := s.Now()
	switch {
	case key.N.BitLen() < minKeyBits:
		return okr.CertificateProof{}, okr.FieldErrorf(fieldCertificate, "The key has %d bits. Make a certificate with an RSA key of %d bits or more.", key.N.BitLen(), minKeyBits)
	case !now.Before(cert.NotAfter):
		return okr.CertificateProof{}, okr.FieldErrorf(fieldCertificate, "This certificate expired on %s. Make a new one, and add it to the application in Microsoft Entra first.", cert.NotAfter.Format(dateOf))
	case now.Before(cert.NotBefore.Add(-early)):
		return okr.CertificateProof{}, okr.FieldErrorf(fieldCertificate, "This certificate is valid from %s on. Use one that is valid now.", cert.NotBefore.Format(dateOf))
	}
	text, err := proofOf(key, cert)
	if err != nil {
		return okr.CertificateProof{}, err
	}
	return okr.CertificateProof{PEM: text, Thumbprint: thumbprint(cert), Ends: cert.NotAfter}, nil
}

// thumbprint is how the Entra portal names a certificate.
func thumbprint(cert *x509.Certificate) string {
	sum := sha1.Sum(cert.Raw) //nolint:gosec // see above
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// proofOf writes both as PEM, the certificate first.
func proofOf(key *rsa.PrivateKey, cert *x509.Certificate) (okr.Secret, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", errors.New("private key of a certificate: cannot be written")
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	return okr.Secret(append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)), nil
}

// readBundle tells PEM, PFX, PFX in base64 as Azure Key Vault gives it, and a bare
// certificate apart.
func readBundle(raw []byte, password string) (bundle, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	switch { // what is binary may end with the byte of a space
	case len(bytes.TrimSpace(raw)) == 0:
		return bundle{}, okr.FieldErrorf(fieldCertificate, "Choose a PFX or PEM file that has the certificate and its private key.")
	case len(raw) > maxCertificate:
		return bundle{}, okr.FieldErrorf(fieldCertificate, "The file is too large for a certificate (256 KB at most). Choose the PFX or PEM file.")
	case bytes.Contains(raw, []byte("-----BEGIN ")):
		return readPEM(raw, password)
	}
	if decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(raw)), "")); err == nil {
		raw = decoded
	}
	if _, err := x509.ParseCertificate(raw); err == nil {
		return bundle{}, withoutKey()
	}
	return readPFX(raw, password)
}

func withoutKey() error {
	return okr.FieldErrorf(fieldCertificate, "This file has a certificate but no private key. Choose the PFX file, or a PEM file that has both: what Microsoft Entra has is the public part only.")
}

func readPFX(raw []byte, password string) (bundle, error) {
	if hasManyRounds(raw, 0) {
		return bundle{}, okr.FieldErrorf(fieldCertificate, "The password of this file is hashed more often than okrbot can wait for. Export it again with the usual settings.")
	}
	key, cert, chain, err := pkcs12.DecodeChain(raw, password)
	switch {
	case err == nil:
		return bundle{keys: []crypto.PrivateKey{key}, certs: append([]*x509.Certificate{cert}, chain...)}, nil
	case !errors.Is(err, pkcs12.ErrIncorrectPassword):
		return bundle{}, okr.FieldErrorf(fieldCertificate, "This is no certificate in PFX or PEM form that okrbot can read. Choose the PFX file, or a PEM file with the certificate and its private key.")
	}
	return bundle{}, wrongPassword(password)
}

func wrongPassword(password string) error {
	if password == "" {
		return okr.FieldErrorf(fieldPassword, "The file is protected. Enter its password.")
	}
	return okr.FieldErrorf(fieldPassword, "This isn't the password of the file.")
}

func readPEM(raw []byte, password string) (bundle, error) {
	var found bundle
	for len(raw) > 0 {
		var block *pem.Block
		if block, raw = pem.Decode(raw); block == nil {
			break
		}
		if err := found.add(block, password); err != nil {
			return found, err
		}
	}
	if len(found.keys)+len(found.certs) == 0 {
		return found, okr.FieldErrorf(fieldCertificate, "This text has no certificate in PEM form. It must have both parts whole, from BEGIN to END.")
	}
	return found, nil
}

// add takes a block of a PEM file. Others than certificates and private keys are left out.
func (b *bundle) add(block *pem.Block, password string) error {
	if block.Type == "CERTIFICATE" {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return okr.FieldErrorf(fieldCertificate, "The certificate in this file is damaged. Export it again.")
		}
		b.certs = append(b.certs, cert)
		return nil
	}
	if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
		return nil
	}
	der, err := openKey(block, password)
	if err != nil {
		return err
	}
	key, err := parseKey(der)
	switch {
	case err != nil && isProtected(block):
		return wrongPassword(password) // it was opened to nonsense
	case err != nil:
		return okr.FieldErrorf(fieldCertificate, "The private key in this file is damaged. Export it again.")
	}
	b.keys = append(b.keys, key)
	return nil
}

func parseKey(der []byte) (crypto.PrivateKey, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return x509.ParsePKCS1PrivateKey(der)
}

// pair finds the one key, and the certificate that it belongs to.
// Microsoft Entra takes RSA only.
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
func (b *bundle) pair() (*rsa.PrivateKey, *x509.Certificate, error) {
	switch {
	case len(b.keys) == 0:
		return nil, nil, withoutKey()
	case len(b.certs) == 0:
		return nil, nil, okr.FieldErrorf(fieldCertificate, "This file has a private key but no certificate. Choose the PFX file, or a PEM file that has both.")
	case len(b.keys) > 1:
		return nil, nil, okr.FieldErrorf(fieldCertificate, "This file has %d private keys. Choose one with a single certificate and its key.", len(b.keys))
	}
	key, ok := b.keys[0].(*rsa.PrivateKey)
	if !ok {
		return nil, nil, okr.FieldErrorf(fieldCertificate, "Microsoft Entra takes certificates with RSA keys only. Make a certificate with an RSA key of %d bits or more.", minKeyBits)
	}
	i := slices.IndexFunc(b.certs, func(c *x509.Certificate) bool { return key.PublicKey.Equal(c.PublicKey) })
	if i < 0 {
		return nil, nil, okr.FieldErrorf(fieldCertificate, "The private key in this file doesn't belong to its certificate. Choose the file that was made with it.")
	}
	return key, b.certs[i], nil
}
